// What was found, by question. A question HOLDS only if something was checked for it and
// nothing spoke against it; what was not checked is said.

const HOLDS = "HOLDS";
const FAILS = "FAILS";
const UNKNOWN = "UNKNOWN";

const QUESTIONS = [
  "Is every file as listed, and nothing else here?",
  "Does every certificate lead to your root?",
  "Is every order signed by the agent whose certificate it names?",
  "Is the scope in each certificate the one that the directors signed?",
  "Did every allowed order stay within its scope, daily totals included?",
  "Do the decisions come out again by the rules?",
  "Was the baseline learned from the log, before the first live order?",
  "Did each incident follow the procedure?",
  "Was the log never rewritten, and is it the same for all?",
  "Did nothing reach a venue another way?",
  "Is no order missing?",
];

class Findings {
  constructor() { this.all = QUESTIONS.map(() => ({ FAILS: [], UNKNOWN: [], HOLDS: [] })); }

  fails(question, where, sentence) { this.all[question].FAILS.push(`${where}: ${sentence}`); }

  unknown(question, sentence) {
    const said = this.all[question].UNKNOWN;
    if (!said.includes(sentence)) said.push(sentence);
  }

  checked(question, sentence) { this.all[question].HOLDS.push(sentence); }

  // What `work` refuses becomes a finding; anything else is our own fault and flies.
  async unless(question, where, work) {
    try { return await work(); } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fails(question, where, error.message);
      return null;
    }
  }

  answer(question) {
    const said = this.all[question];
    const verdict = said.FAILS.length > 0 ? FAILS
      : said.UNKNOWN.length > 0 || said.HOLDS.length === 0 ? UNKNOWN : HOLDS;
    const sentences = [...said.FAILS, ...said.UNKNOWN, ...said.HOLDS];
    if (sentences.length === 0) sentences.push("not reached");
    return { question, title: QUESTIONS[question], verdict, sentences, counts: said };
  }

  answers() { return QUESTIONS.map((_, question) => this.answer(question)); }

  verdict() {
    const verdicts = this.answers().map((answer) => answer.verdict);
    return [FAILS, UNKNOWN].find((verdict) => verdicts.includes(verdict)) ?? HOLDS;
  }
}
