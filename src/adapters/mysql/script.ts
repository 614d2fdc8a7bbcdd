/** Texts, names and comments, in which nothing is a word. */
const SILENT = /'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`|\/\*[^]*?\*\/|(?:--\s|#)[^\n]*/;
/** What a script is made of. */
const TOKEN = new RegExp(`${SILENT.source}|\\w+|\\s+|[^]`, 'g');

/** The statements of a script, which servers take one at a time. A trigger or a routine is one, with all that stands in it. */
export function splitScript(script: string): string[] {
  const statements: string[] = [];
  let [text, words] = ['', new Words()];
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';' && !words.isCompound) {
      statements.push(text);
      [text, words] = ['', new Words()];
      continue;
    }
    text += token;
    if (/^\S/.test(token) && !/^(?:['"`#]|\/\*|--\s)/.test(token)) words.add(token.toUpperCase());
  }
  return [...statements, text].map((sql) => sql.trim()).filter((sql) => sql !== '');
}

const ROUTINES = new Set(['TRIGGER', 'FUNCTION', 'PROCEDURE', 'EVENT']);
const OTHERS = new Set(['TABLE', 'VIEW', 'INDEX', 'DATABASE', 'SCHEMA', 'USER', 'ROLE', 'SEQUENCE', 'SERVER']);
/** After these a statement begins. */
const BEFORE_STATEMENTS = new Set([';', ':', ')', 'THEN', 'ELSE', 'BEGIN', 'DO', 'LOOP', 'REPEAT', 'ROW']);

/** The words of a statement so far: how deep it is in blocks, each of which has an END. */
class Words {
  #first: string | undefined;
  #last = '';
  /** Undefined as long as nobody knows what is created. */
  #isRoutine: boolean | undefined;
  #depth = 0;

  get isCompound(): boolean {
    return this.#depth > 0;
  }

  add(word: string): void {
    this.#first ??= word;
    if (this.#first !== 'CREATE' || OTHERS.has(word)) this.#isRoutine ??= false;
    else if (ROUTINES.has(word)) this.#isRoutine ??= true;
    if (this.#isRoutine === true) {
      if (word === 'END') this.#depth--;
      else if (this.#opens(word)) this.#depth++;
    }
    this.#last = word;
  }

  #opens(word: string): boolean {
    // END IF, END CASE and their like are counted with END.
    if (this.#last === 'END') return false;
    if (word === 'BEGIN' || word === 'CASE' || word === 'LOOP' || word === 'WHILE') return true;
    // Functions have these names as well, and IF EXISTS.
    return (word === 'IF' || word === 'REPEAT') && BEFORE_STATEMENTS.has(this.#last);
  }
}
