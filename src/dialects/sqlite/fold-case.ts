/**
 * Case by Unicode, letter by letter as servers do it: JavaScript's own makes two letters of some (`ß` becomes `SS`, `İ` an `i`
 * with a dot), and another sigma at the end of a word.
 */
export function lowerCase(text: string): string {
  return text.replace(/[Σİ]/g, (letter) => (letter === 'Σ' ? 'σ' : 'i')).toLowerCase();
}

export function upperCase(text: string): string {
  const upper = text.toUpperCase();
  return upper.length === text.length ? upper : Array.from(text, upperLetter).join('');
}

function upperLetter(letter: string): string {
  const upper = letter.toUpperCase();
  return upper.length === letter.length ? upper : letter;
}
