import { conjunction, disjunction, negation, typeOf } from '../core/ast/expressions.ts';
import type { AggregateName, Expression, Origin, Quantifier } from '../core/ast/expressions.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { InvalidQueryError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { aggregateArgument, aggregateOptions, stringList } from './aggregates.ts';
import { ExpressionBuilder } from './expressions.ts';
import { aggregateType, path } from './nodes.ts';

/** Reads a condition in any of its forms. It is handed in, because it makes refs itself. */
export type ParseCondition = (meta: ModelMeta, input: unknown, origin: Origin) => Expression;

/** Where a set of refs stands: the token of its query, the steps from its root, and who reads conditions. */
export interface RefsPlace {
  readonly origin: Origin;
  readonly steps: readonly RelationMeta[];
  readonly parse: ParseCondition;
}

/** The rows of a to-many relation in the callback form: aggregates and quantifiers, each a subquery of its own. */
export class ManyRefs {
  readonly #place: RefsPlace;
  readonly #relation: RelationMeta;
  readonly #root: string;
  readonly #conditions: readonly unknown[];

  constructor(place: RefsPlace, relation: RelationMeta, root: string, conditions: readonly unknown[] = []) {
    this.#place = place;
    this.#relation = relation;
    this.#root = root;
    this.#conditions = conditions;
  }

  filter(condition: unknown): ManyRefs {
    return new ManyRefs(this.#place, this.#relation, this.#root, [...this.#conditions, condition]);
  }

  count(value?: (refs: object) => unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('count', value, options);
  }

  sum(value: (refs: object) => unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('sum', value, options);
  }

  avg(value: (refs: object) => unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('avg', value, options);
  }

  min(value: (refs: object) => unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('min', value, options);
  }

  max(value: (refs: object) => unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('max', value, options);
  }

  stringAgg(value: (refs: object) => unknown, separator: unknown, options?: unknown): ExpressionBuilder {
    return this.#aggregate('stringAgg', value, options, separator);
  }

  some(condition?: unknown): ExpressionBuilder {
    return this.#quantify('some', condition);
  }

  none(condition?: unknown): ExpressionBuilder {
    return this.#quantify('none', condition);
  }

  every(condition: unknown): ExpressionBuilder {
    return this.#quantify('every', condition);
  }

  /** A token for the rows of this very subquery, and the filters in terms of it. */
  #open(): { inner: symbol; where: Expression | undefined } {
    const inner = Symbol(this.#relation.name);
    const filters = this.#conditions.map((condition) => this.#place.parse(this.#relation.target, condition, inner));
    return { inner, where: filters.length === 0 ? undefined : conjunction(filters) };
  }

  #quantify(quantifier: Quantifier, condition: unknown): ExpressionBuilder {
    const { inner, where } = this.#open();
    const wanted = condition === undefined ? undefined : this.#place.parse(this.#relation.target, condition, inner);
    const { origin, steps } = this.#place;
    return new ExpressionBuilder(
      {
        kind: 'related',
        origin,
        inner,
        steps,
        relation: this.#relation,
        quantifier,
        where: both(quantifier, where, wanted),
      },
      this.#root,
    );
  }

  #aggregate(
    fn: AggregateName,
    value: ((refs: object) => unknown) | undefined,
    options: unknown,
    separator?: unknown,
  ): ExpressionBuilder {
    const { inner, where } = this.#open();
    const { target, name } = this.#relation;
    const refs = refsOf(target, { origin: inner, steps: [], parse: this.#place.parse });
    const argument =
      value === undefined ? undefined : aggregateArgument(fn, value(refs), `${name}.${fn}()`, target.name);
    // Which rows count, the relation's own filter says.
    const { distinct } = aggregateOptions(
      fn,
      argument,
      options,
      fn === 'stringAgg' ? ['distinct', 'orderBy'] : ['distinct'],
    );
    const list = fn === 'stringAgg' ? stringList(argument!, separator, ordersIn(options, refs), distinct) : undefined;
    const type = aggregateType(fn, argument === undefined ? undefined : typeOf(argument).type);
    const { origin, steps } = this.#place;
    return new ExpressionBuilder(
      {
        kind: 'relatedAggregate',
        origin,
        inner,
        steps,
        relation: this.#relation,
        fn,
        argument,
        distinct,
        where,
        list,
        type,
        nullable: fn !== 'count',
      },
      this.#root,
    );
  }
}

/** The sort keys that a callback gives. */
function ordersIn(options: unknown, refs: object): unknown {
  const { orderBy } = (options ?? {}) as { orderBy?: unknown }; // Named cast: its keys are known by now.
  if (orderBy === undefined) return undefined;
  if (typeof orderBy === 'function') return (orderBy as (refs: object) => unknown)(refs);
  throw new InvalidQueryError('stringAgg() of a relation takes its orderBy as a callback: (t) => t.name.asc().');
}

/** `some` and `none` ask for rows that meet filter and condition; `every` that no row of the filter fails the condition. */
function both(
  quantifier: Quantifier,
  filter: Expression | undefined,
  wanted: Expression | undefined,
): Expression | undefined {
  if (filter === undefined || wanted === undefined) return filter ?? wanted;
  return quantifier === 'every' ? disjunction([negation(filter), wanted]) : conjunction([filter, wanted]);
}

const prototypes = new WeakMap<ModelMeta, object>();

/** Kept aside, so that every name on a set of refs belongs to the model. */
const places = new WeakMap<object, RefsPlace>();

/** A model's columns and relations for a callback: `(p) => p.author.name.lower()`. */
export function refsOf(meta: ModelMeta, place: RefsPlace): object {
  let prototype = prototypes.get(meta);
  if (prototype === undefined) prototypes.set(meta, (prototype = refsPrototype(meta)));
  const refs = Object.create(prototype) as object;
  places.set(refs, place);
  return refs;
}

function refsPrototype(meta: ModelMeta): object {
  const prototype = Object.create(unknownNames(meta)) as object;
  const define = (name: string, make: (place: RefsPlace) => unknown): void => {
    Object.defineProperty(prototype, name, {
      get(this: object) {
        return make(places.get(this)!);
      },
    });
  };
  for (const field of meta.fields) {
    if (field.path.length === 1)
      define(field.name, ({ steps, origin }) => new ExpressionBuilder(path(steps, field, origin), meta.name));
  }
  for (const embedded of meta.embeddedByName.values()) {
    define(embedded.name, ({ steps, origin }) =>
      Object.fromEntries(
        embedded.fields.map((field) => [field.path[1], new ExpressionBuilder(path(steps, field, origin), meta.name)]),
      ),
    );
  }
  for (const relation of meta.relations) {
    define(relation.name, (place) =>
      relation.many
        ? new ManyRefs(place, relation, meta.name)
        : refsOf(relation.target, { ...place, steps: [...place.steps, relation] }),
    );
  }
  return prototype;
}

/** What an object is asked for when it is awaited, printed or described; these are no fields. */
const NO_FIELDS = new Set<string | symbol>(['then', 'toJSON', 'constructor']);

/** The end of the prototype chain: any name that the model does not have is an error that says so. */
function unknownNames(meta: ModelMeta): object {
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === 'symbol' || NO_FIELDS.has(name)) return undefined;
      throw new UnknownFieldError(`${meta.name} has no field '${name}'.`, {
        model: meta.name,
        field: name,
        remedy: suggest(name, [...meta.fieldByName.keys(), ...meta.relationByName.keys()]),
      });
    },
  });
}
