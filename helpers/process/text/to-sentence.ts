/** Programs that a hint may begin with: their names keep their case. */
const programs = new Set(['docker', 'ip', 'npm', 'npx']);

/** Makes a hint a sentence: a capital first letter, unless it begins with a command, and a mark at its end. */
export function toSentence(hint: string): string {
  const word = /^[a-z]+(?=[\s,:;.]|$)/.exec(hint)?.[0];
  const isCommand = word === undefined || programs.has(word);
  const sentence = isCommand ? hint : `${hint.charAt(0).toUpperCase()}${hint.slice(1)}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
