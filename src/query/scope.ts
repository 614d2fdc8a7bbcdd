import { conjunction, negation, TRUE } from '../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ColumnExpression,
  Expression,
  Join,
  NestedExpression,
  OrderNode,
  Origin,
  PathExpression,
  RelatedAggregateExpression,
  RelatedExpression,
  SelectStatement,
  StringList,
  TableRef,
  TableSource,
  Window,
} from '../core/ast/expressions.ts';
import { rootOf } from '../core/inheritance.ts';
import type { FieldMeta, KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { perRow } from './per-row.ts';
import { UNSCOPED } from './active-scopes.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import { setOf } from './nested.ts';
import type { SetState } from './state.ts';

/** Plans a query set that stands inside of a query. */
export type PlanSet = (set: SetState, aliases: Aliases, outer: Scope | undefined) => SelectStatement;

/** Names for the tables of one statement, subqueries included: no alias is used twice. */
export class Aliases {
  #next = 0;
  /** Every model that the statement reads: of those that share a table, the root. */
  readonly reads = new Set<ModelMeta>();
  /** The planner of what stands inside of the statement: it opens scopes itself. */
  readonly planSet: PlanSet;

  constructor(planSet: PlanSet) {
    this.planSet = planSet;
  }

  take(meta: ModelMeta): TableRef {
    this.reads.add(rootOf(meta));
    return { schema: meta.schema, table: meta.table, alias: `t${this.#next++}` };
  }
}

/**
 * The FROM clause of one SELECT while it grows: a root table and the to-one joins that paths ask for. Each path is
 * joined once, whoever asks.
 */
export class Scope {
  readonly root: TableRef;
  /** Where rows come from: the table, unless they are those of other queries. */
  from: TableSource;
  readonly joins: Join[] = [];
  readonly #meta: ModelMeta;
  readonly #scopes: ScopeConditions;
  readonly #aliases: Aliases;
  /** The query that this one stands in, and the tokens of its own columns. */
  readonly #outer: Scope | undefined;
  readonly origins: readonly Origin[];
  /** Joined tables by path; LEFT once anything on the way may be missing. */
  readonly #joined = new Map<string, { readonly table: TableRef; readonly optional: boolean }>();

  constructor(
    meta: ModelMeta,
    aliases: Aliases,
    scopes: ScopeConditions,
    outer?: Scope,
    origins: readonly Origin[] = [],
    root = aliases.take(meta),
  ) {
    this.#meta = meta;
    this.#scopes = scopes;
    this.#aliases = aliases;
    this.#outer = outer;
    this.origins = origins;
    this.root = root;
    this.from = root;
  }

  /** The table at the end of to-one steps. */
  table(steps: readonly RelationMeta[]): { readonly table: TableRef; readonly optional: boolean } {
    let here = { table: this.root, optional: false };
    let key = '';
    for (const step of steps) {
      key += `${step.id}/`;
      let next = this.#joined.get(key);
      if (next === undefined) {
        const table = this.#aliases.take(step.target);
        const own = this.#ownCondition(step.target, table);
        // A row that a scope hides takes nothing away that refers to it.
        const optional = here.optional || step.nullable || own !== undefined;
        const same = sameKeys(here.table.alias, step.sourceField, table.alias, step.targetField);
        const on = own === undefined ? same : conjunction([same, own]);
        this.joins.push({ kind: optional ? 'left' : 'inner', table, on });
        next = { table, optional };
        this.#joined.set(key, next);
      }
      here = next;
    }
    return here;
  }

  /** WHERE: what belongs to the model, and what is asked for. */
  where(asked: readonly Expression[]): Expression | undefined {
    const condition = this.#scopes.conditionOf(this.#meta);
    const wanted = asked.length === 0 ? undefined : this.resolve(conjunction(asked));
    if (condition === undefined) return wanted;
    const view = this.#plain(this.#meta, this.root);
    const own = view.resolve(condition);
    this.joins.push(...view.joins);
    return wanted === undefined ? own : conjunction([own, wanted]);
  }

  /** What belongs to the model of a joined table, as part of an ON: what needs further tables is a subquery there. */
  #ownCondition(meta: ModelMeta, table: TableRef, scopes = this.#scopes): Expression | undefined {
    const condition = scopes.conditionOf(meta);
    if (condition === undefined) return undefined;
    const view = this.#plain(meta, table);
    const own = view.resolve(condition);
    if (view.joins.length === 0) return own;
    const inner = this.#plain(meta, this.#aliases.take(meta));
    const same = meta.key.map((field) => equal(columnOf(inner.root.alias, field), columnOf(table.alias, field)));
    const where = conjunction([...same, inner.resolve(condition)]);
    return {
      kind: 'exists',
      query: select({ columns: [], from: inner.root, joins: inner.joins, where }),
      negated: false,
    };
  }

  /** A table as the conditions of scopes see it: they stand for themselves, and no scope holds inside of them. */
  #plain(meta: ModelMeta, table: TableRef): Scope {
    return new Scope(meta, this.#aliases, UNSCOPED, undefined, [], table);
  }

  /**
   * A field at the end of a path; the key of the last step is read on this side of it, without the join, where every row
   * can be seen there.
   */
  column({ steps, field, origin }: PathExpression): ColumnExpression {
    const last = steps.at(-1);
    const near = last !== undefined && last.owning && !this.#hides(last.target) ? heldAs(last, field) : undefined;
    if (near !== undefined) {
      return this.column({
        kind: 'path',
        origin,
        steps: steps.slice(0, -1),
        field: near,
        type: field.type,
        nullable: true,
      });
    }
    const { table, optional } = this.#from(origin, steps[0]?.model ?? field.model).table(steps);
    return columnOf(table.alias, field, optional);
  }

  #hides(meta: ModelMeta): boolean {
    return meta.restricted && this.#scopes.conditionOf(meta) !== undefined;
  }

  /** The query whose columns an origin stands for: this one, one around it, or the outermost. */
  #from(origin: Origin, meta: ModelMeta): Scope {
    if (origin !== undefined && !this.origins.includes(origin) && this.#outer !== undefined)
      return this.#outer.#from(origin, meta);
    if (this.#meta === meta) return this;
    throw new InvalidQueryError(`An expression of ${meta.name} stands in a query of ${this.#meta.name}.`, {
      model: this.#meta.name,
      remedy: 'Use the parameter of the innermost callback that is about the model.',
    });
  }

  /** An expression with every path turned into a column, and every relation into a subquery. */
  resolve(node: Expression): Expression {
    switch (node.kind) {
      case 'path':
        return this.column(node);
      case 'related':
        return this.#related(node);
      case 'relatedAggregate':
        return this.#relatedAggregate(node);
      case 'compare':
        return { ...node, left: this.resolve(node.left), right: this.resolve(node.right) };
      case 'compareRows':
        return { ...node, left: this.#all(node.left), right: this.#all(node.right) };
      case 'arithmetic':
        return { ...node, left: this.resolve(node.left), right: this.resolve(node.right) };
      case 'and':
      case 'or':
        return { ...node, items: this.#all(node.items) };
      case 'not':
        return { ...node, operand: this.resolve(node.operand) };
      case 'isNull':
        return { ...node, operand: this.resolve(node.operand) };
      case 'between':
        return {
          ...node,
          operand: this.resolve(node.operand),
          low: this.resolve(node.low),
          high: this.resolve(node.high),
        };
      case 'search':
      case 'arrayTest':
      case 'inList':
        return { ...node, operand: this.resolve(node.operand) };
      case 'inQuery':
        return { ...node, operands: this.#all(node.operands) };
      case 'nested':
        return this.#nested(node);
      case 'match':
        return { ...node, operand: this.resolve(node.operand), pattern: this.resolve(node.pattern) };
      case 'json':
        return { ...node, operand: this.resolve(node.operand) };
      case 'jsonContains':
        return { ...node, operand: this.resolve(node.operand), parts: this.resolve(node.parts) };
      case 'jsonElement':
        return { ...node, array: { ...node.array, operand: this.resolve(node.array.operand) } };
      case 'call':
        return { ...node, args: this.#all(node.args) };
      case 'case':
        return {
          ...node,
          branches: node.branches.map(({ when, then }) => ({ when: this.resolve(when), then: this.resolve(then) })),
          otherwise: this.#optional(node.otherwise),
        };
      case 'cast':
        return { ...node, operand: this.resolve(node.operand) };
      case 'window':
        return { ...node, args: this.#all(node.args), over: this.#window(node.over) };
      case 'aggregate':
        return {
          ...node,
          ...this.#aggregated(node),
          over: node.over === undefined ? undefined : this.#window(node.over),
          list: this.#stringList(node.list, this),
        };
      case 'raw':
        return {
          ...node,
          parts: node.parts.map((part) =>
            part.kind === 'text' || part.kind === 'identifier' ? part : this.resolve(part),
          ),
        };
      case 'column':
      case 'param':
      case 'literal':
      case 'subquery':
      case 'exists':
        return node;
      default:
        return unreachable(node);
    }
  }

  resolveOrder(order: OrderNode): OrderNode {
    return { ...order, expression: this.resolve(order.expression) };
  }

  #stringList(list: StringList | undefined, scope: Scope): StringList | undefined {
    return list && { ...list, orderBy: list.orderBy.map((order) => scope.resolveOrder(order)) };
  }

  #window({ partitionBy, orderBy, frame }: Window): Window {
    return {
      partitionBy: this.#all(partitionBy),
      orderBy: orderBy.map((order) => this.resolveOrder(order)),
      frame,
      anchor: columnOf(this.root.alias, this.#meta.key[0]!),
    };
  }

  #all(nodes: readonly Expression[]): Expression[] {
    return nodes.map((node) => this.resolve(node));
  }

  #optional(node: Expression | undefined): Expression | undefined {
    return node === undefined ? undefined : this.resolve(node);
  }

  #nested({ form, operand, query, type, nullable }: NestedExpression): Expression {
    const planned = this.#aliases.planSet(setOf(query), this.#aliases, this);
    if (form === 'in') return { kind: 'inQuery', operands: [this.resolve(operand!)], query: planned };
    if (form === 'value') return { kind: 'subquery', query: planned, type, nullable };
    return { kind: 'exists', query: planned, negated: false };
  }

  /** A semi-join: EXISTS, so that no filter can multiply rows. `every` is that no row fails. */
  #related(node: RelatedExpression): Expression {
    const { quantifier, where } = node;
    const condition = quantifier === 'every' ? negation(where ?? TRUE) : where;
    const query = this.#relatedRows(node, condition, (scope, filter) => ({ columns: [], where: filter, scope }));
    return { kind: 'exists', query, negated: quantifier !== 'some' };
  }

  #relatedAggregate(node: RelatedAggregateExpression): Expression {
    const query = this.#relatedRows(node, node.where, (scope, filter) => {
      const argument = node.argument === undefined ? undefined : scope.perRow(scope.resolve(node.argument));
      const aggregate: Expression = {
        kind: 'aggregate',
        fn: node.fn,
        argument,
        distinct: node.distinct,
        filter: undefined,
        list: this.#stringList(node.list, scope),
        type: node.type,
        nullable: node.nullable,
      };
      return { columns: [{ expression: aggregate, as: undefined }], where: filter, scope };
    });
    return { kind: 'subquery', query, type: node.type, nullable: node.nullable };
  }

  /** What an aggregate of this query is of: not of the rows of one further out, whatever it reads. */
  #aggregated(node: AggregateExpression): Pick<AggregateExpression, 'argument' | 'filter'> {
    const [argument, filter] = [this.#optional(node.argument), this.#optional(node.filter)];
    if (this.#outer === undefined && !node.distinct) return { argument, filter };
    if (argument !== undefined) return { argument: this.perRow(argument), filter };
    return { argument, filter: filter && this.perRow(filter) };
  }

  /** An expression that is about the rows of this query, whatever it reads. */
  perRow(node: Expression): Expression {
    const own = [this.from, ...this.joins.map(({ table }) => table)].map(({ alias }) => alias);
    return perRow(node, own, columnOf(this.root.alias, this.#meta.key[0]!));
  }

  /** Joins the links of a many-to-many relation to its target, which this query is about. */
  links({ link, targetField }: RelationMeta, scopes = this.#scopes): TableRef {
    const { model, target } = link!;
    const table = this.#aliases.take(model);
    const own = this.#ownCondition(model, table, scopes);
    const same = sameKeys(table.alias, target, this.root.alias, targetField);
    this.joins.push({ kind: 'inner', table, on: own === undefined ? same : conjunction([same, own]) });
    return table;
  }

  /** A correlated SELECT over the rows of a to-many relation. */
  #relatedRows(
    node: RelatedExpression | RelatedAggregateExpression,
    where: Expression | undefined,
    build: (
      scope: Scope,
      filter: Expression,
    ) => { columns: SelectStatement['columns']; where: Expression; scope: Scope },
  ): SelectStatement {
    const { origin, inner, steps, relation } = node;
    const scopes = node.kind === 'related' && node.whole === true ? UNSCOPED : this.#scopes;
    const { alias } = this.#from(origin, steps[0]?.model ?? relation.model).table(steps).table;
    const scope = new Scope(relation.target, this.#aliases, scopes, this, [inner]);
    const { link } = relation;
    const correlation =
      link === undefined
        ? sameKeys(scope.root.alias, relation.targetField, alias, relation.sourceField)
        : sameKeys(scope.links(relation, this.#scopes).alias, link.source, alias, relation.sourceField);
    const wanted = scope.where(where === undefined ? [] : [where]);
    const filter = wanted === undefined ? correlation : conjunction([correlation, wanted]);
    const built = build(scope, filter);
    return select({ columns: built.columns, from: scope.root, joins: scope.joins, where: built.where });
  }
}

/** A SELECT with the clauses given, and none of the others. */
export function select(parts: Pick<SelectStatement, 'columns' | 'from'> & Partial<SelectStatement>): SelectStatement {
  return {
    kind: 'select',
    distinct: false,
    joins: [],
    where: undefined,
    groupBy: [],
    having: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    lock: undefined,
    ...parts,
  };
}

/** A column of a table by alias. */
export function columnOf(alias: string, field: FieldMeta, optional = false): ColumnExpression {
  return { kind: 'column', alias, column: field.column, type: field.type, nullable: field.nullable || optional };
}

export function equal(left: Expression, right: Expression): Expression {
  return { kind: 'compare', operator: 'eq', left, right };
}

/** The columns of a key. */
export function columnsOf(alias: string, key: KeyMeta): ColumnExpression[] {
  return partsOf(key).map((field) => columnOf(alias, field));
}

/** Whether the keys of two tables are the same, part by part. */
export function sameKeys(left: string, key: KeyMeta, right: string, other: KeyMeta): Expression {
  if (key.parts === undefined && other.parts === undefined) return equal(columnOf(left, key), columnOf(right, other));
  const others = columnsOf(right, other);
  return conjunction(columnsOf(left, key).map((column, i) => equal(column, others[i]!)));
}

/**
 * The field on this side of a relation that holds a field of its target. Of several that may be NULL one by one, none: without
 * the others they lead to no row.
 */
function heldAs({ sourceField, targetField, nullable }: RelationMeta, field: FieldMeta): FieldMeta | undefined {
  if (sourceField.parts === undefined) return targetField === field ? sourceField : undefined;
  return nullable ? undefined : sourceField.parts[partsOf(targetField).indexOf(field)];
}
