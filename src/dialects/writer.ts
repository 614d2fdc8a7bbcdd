import type { ListParam, ParamExpression } from '../core/ast/expressions.ts';
import type { CompiledStatement, Slot } from './dialect.ts';

/** Text and placeholders of one statement, written front to back. */
export class Writer {
  readonly #slots: Slot[] = [];
  readonly #placeholder: (position: number) => string;

  constructor(placeholder: (position: number) => string) {
    this.#placeholder = placeholder;
  }

  /** Take a value and give the text that stands for it. */
  bind(bound: ParamExpression | ListParam, encode: (value: unknown) => unknown): string {
    this.#slots.push({ bound, encode });
    return this.#placeholder(this.#slots.length);
  }

  finish(sql: string): CompiledStatement {
    return { sql, slots: this.#slots };
  }
}
