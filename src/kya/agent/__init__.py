"""The bot's side: sign an order, submit it, explain the answer."""
