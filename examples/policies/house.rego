package kya.overlay

# Everything that no rule below forbids.
default allow := true

deny contains "large" if input.figures.worth > 1500000

deny contains "half_a_day_in_one_market" if {
	input.figures.used_in_market_and_side + input.figures.worth > 25000000
}

deny contains "no_sale_of_pounds" if {
	input.order.market == "GBP/EUR"
	input.order.side == "SELL"
}
