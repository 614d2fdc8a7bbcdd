/** Names of the database as names of TypeScript. */

/** Names that instances or all objects have; an attribute cannot. */
const TAKEN = ['pk', 'load', 'toJSON', 'prototype', '__proto__', ...Object.getOwnPropertyNames(Object.prototype)];

/** Names that the generated file, or whoever reads it, means something else by. */
const GLOBALS = [
  'Array',
  'BigInt',
  'Boolean',
  'Date',
  'Error',
  'Function',
  'Infinity',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'Record',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'Uint8Array',
];

/** Names of which each is given once. */
export class Names {
  readonly #taken: Set<string>;
  /** What comes after a name that is taken by the language. */
  readonly #suffix: string;

  private constructor(taken: readonly string[], suffix: string) {
    this.#taken = new Set(taken);
    this.#suffix = suffix;
  }

  static ofClasses(): Names {
    return new Names(GLOBALS, 'Model');
  }

  static ofAttributes(): Names {
    return new Names(TAKEN, 'Value');
  }

  /** A name that nothing else has, and none of its companions (`authorId` of `author`). */
  take(wanted: string, companion = ''): string {
    for (let i = 0; ; i++) {
      const name = `${wanted}${i === 0 ? '' : this.#suffix}${i > 1 ? i : ''}`;
      const both = [name, `${name}${companion}`];
      if (both.some((one) => this.#taken.has(one))) continue;
      for (const one of both) this.#taken.add(one);
      return name;
    }
  }
}

/** The words in a name, however they are set apart: `invoice_line`, `InvoiceLine`, `INVOICE LINE`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function pascalCase(words: readonly string[]): string {
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase()).join('');
}

/** `invoice_line` as `InvoiceLine`: the words of a table's name, in the number that it has. */
export function classNameOf(table: string): string {
  return identifier(pascalCase(wordsOf(table)), 'Table');
}

/** `BillingCity` as `billingCity`. */
export function attributeNameOf(column: string): string {
  const [first = '', ...others] = wordsOf(column);
  return identifier(`${first.toLowerCase()}${pascalCase(others)}`, 'column');
}

/** A name that begins as names do. */
function identifier(name: string, otherwise: string): string {
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return name;
  return `${otherwise}${name.replaceAll(/[^\p{L}\p{N}_$]/gu, '')}`;
}

/** What a relation is called by its key: `artist` for `ArtistId`; undefined for a key that is called nothing else. */
export function relationNameOf(column: string): string | undefined {
  const words = wordsOf(column);
  if (words.length > 1 && words.at(-1)!.toLowerCase() === 'id') words.pop();
  else if (words.length === 1 && words[0]!.toLowerCase() === 'id') return undefined;
  return attributeNameOf(words.join('_'));
}

/** `Album` as `album`. */
export function camelCase(className: string): string {
  return attributeNameOf(className);
}

/** More than one of these; a name that has many already stays. */
export function plural(name: string): string {
  if (/(?:ss|x|ch|sh|z)$/i.test(name)) return `${name}es`;
  if (/s$/i.test(name)) return name;
  return /[^aeiou]y$/i.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
