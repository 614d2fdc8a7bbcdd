import { typeOf } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import { ColumnDefinition } from '../core/definitions.ts';
import { describe } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { withArticle } from '../utils/naming.ts';

type Kind = ValueType['kind'];

const WHOLE: readonly Kind[] = ['int', 'smallInt', 'bigint'];
const TEXTS: readonly Kind[] = ['string', 'text'];

/** What each type can be turned into with the same answer everywhere. Floats have no text that all databases agree on. */
const TARGETS: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  int: [...WHOLE, 'float', 'decimal', ...TEXTS],
  smallInt: [...WHOLE, 'float', 'decimal', ...TEXTS],
  bigint: [...WHOLE, 'float', 'decimal', ...TEXTS],
  float: [...WHOLE, 'float', 'decimal'],
  decimal: [...WHOLE, 'float', 'decimal', ...TEXTS],
  bool: [...WHOLE, ...TEXTS],
  string: [...WHOLE, 'float', 'decimal', ...TEXTS, 'date', 'datetime'],
  text: [...WHOLE, 'float', 'decimal', ...TEXTS, 'date', 'datetime'],
  enum: TEXTS,
  uuid: TEXTS,
  date: [...TEXTS, 'date', 'datetime'],
  datetime: [...TEXTS, 'date', 'datetime'],
};

/** The type that a field builder such as `f.int()` stands for. */
export function targetOf(type: unknown, place: string): ValueType {
  if (type instanceof ColumnDefinition) return type.type;
  throw new InvalidQueryError(`${place} takes a type as in f.int(), not ${describe(type)}.`);
}

/** An expression as one of another type. @throws InvalidQueryError for types between which there is no common answer. */
export function castTo(operand: Expression, type: ValueType): Expression {
  const { type: from, nullable } = typeOf(operand);
  if (from.kind !== 'custom' && TARGETS[from.kind]?.includes(type.kind) !== true)
    throw new InvalidQueryError(
      `cast() cannot make ${withArticle(type.kind)} of ${withArticle(from.kind)} in the same way everywhere.`,
      {
        remedy:
          from.kind === 'float'
            ? 'Turn it into a decimal first: cast(cast(x, f.decimal({ precision: 12, scale: 2 })), f.text()).'
            : undefined,
      },
    );
  // Raw SQL comes as whatever it is: a database's own cast of it may differ.
  if (from.kind === 'custom')
    throw new InvalidQueryError('cast() needs to know the type of what it is given, and raw SQL has none.', {
      remedy: 'Write the cast in the SQL itself.',
    });
  return { kind: 'cast', operand, type, nullable: nullable || mayFail(from.kind, type.kind) };
}

/** Whether there are values of the one that say none of the other, or one that is out of range. */
function mayFail(from: Kind, to: Kind): boolean {
  if (TEXTS.includes(to) || from === 'date' || from === 'datetime' || from === 'bool') return false;
  return TEXTS.includes(from) || to !== 'float';
}
