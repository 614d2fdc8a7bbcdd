import { conjunction, negation, TRUE } from '../core/ast/expressions.ts';
import type {
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
  TableRef,
  TableSource,
} from '../core/ast/expressions.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { setOf } from './nested.ts';
import type { SetState } from './state.ts';

/** Plans a query set that stands inside of a query. */
export type PlanSet = (set: SetState, aliases: Aliases, outer: Scope | undefined) => SelectStatement;

/** Names for the tables of one statement, subqueries included: no alias is used twice. */
export class Aliases {
  #next = 0;
  /** Every model that the statement reads. */
  readonly reads = new Set<ModelMeta>();
  /** The planner of what stands inside of the statement: it opens scopes itself. */
  readonly planSet: PlanSet;

  constructor(planSet: PlanSet) {
    this.planSet = planSet;
  }

  take(meta: ModelMeta): TableRef {
    this.reads.add(meta);
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
  readonly #aliases: Aliases;
  /** The query that this one stands in, and the tokens of its own columns. */
  readonly #outer: Scope | undefined;
  readonly #origins: readonly Origin[];
  /** Joined tables by path; LEFT once anything on the way may be missing. */
  readonly #joined = new Map<string, { readonly table: TableRef; readonly optional: boolean }>();

  constructor(meta: ModelMeta, aliases: Aliases, outer: Scope | undefined, origins: readonly Origin[]) {
    this.#meta = meta;
    this.#aliases = aliases;
    this.#outer = outer;
    this.#origins = origins;
    this.root = aliases.take(meta);
    this.from = this.root;
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
        const optional = here.optional || step.nullable;
        const on = equal(columnOf(here.table.alias, step.sourceField), columnOf(table.alias, step.targetField));
        this.joins.push({ kind: optional ? 'left' : 'inner', table, on });
        next = { table, optional };
        this.#joined.set(key, next);
      }
      here = next;
    }
    return here;
  }

  /** A field at the end of a path; the key of the last step is read on this side of it, without the join. */
  column({ steps, field, origin }: PathExpression): ColumnExpression {
    const last = steps.at(-1);
    if (last !== undefined && last.owning && last.targetField === field) {
      return this.column({
        kind: 'path',
        origin,
        steps: steps.slice(0, -1),
        field: last.sourceField,
        type: field.type,
        nullable: true,
      });
    }
    const { table, optional } = this.#from(origin, steps[0]?.model ?? field.model).table(steps);
    return columnOf(table.alias, field, optional);
  }

  /** The query whose columns an origin stands for: this one, one around it, or the outermost. */
  #from(origin: Origin, meta: ModelMeta): Scope {
    if (origin !== undefined && !this.#origins.includes(origin) && this.#outer !== undefined)
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
      case 'aggregate':
        return { ...node, argument: this.#optional(node.argument), filter: this.#optional(node.filter) };
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
      const argument = node.argument === undefined ? undefined : scope.resolve(node.argument);
      const aggregate: Expression = {
        kind: 'aggregate',
        fn: node.fn,
        argument,
        distinct: node.distinct,
        filter: undefined,
        type: node.type,
        nullable: node.nullable,
      };
      return { columns: [{ expression: aggregate, as: undefined }], where: filter, scope };
    });
    return { kind: 'subquery', query, type: node.type, nullable: node.nullable };
  }

  /** A correlated SELECT over the rows of a to-many relation. */
  #relatedRows(
    { origin, inner, steps, relation }: RelatedExpression | RelatedAggregateExpression,
    where: Expression | undefined,
    build: (
      scope: Scope,
      filter: Expression,
    ) => { columns: SelectStatement['columns']; where: Expression; scope: Scope },
  ): SelectStatement {
    const owner = columnOf(
      this.#from(origin, steps[0]?.model ?? relation.model).table(steps).table.alias,
      relation.sourceField,
    );
    const scope = new Scope(relation.target, this.#aliases, this, [inner]);
    const { link } = relation;
    let correlation: Expression;
    if (link === undefined) {
      correlation = equal(columnOf(scope.root.alias, relation.targetField), owner);
    } else {
      const table = this.#aliases.take(link.model);
      scope.joins.push({
        kind: 'inner',
        table,
        on: equal(columnOf(table.alias, link.target), columnOf(scope.root.alias, relation.targetField)),
      });
      correlation = equal(columnOf(table.alias, link.source), owner);
    }
    const filter = conjunction(where === undefined ? [correlation] : [correlation, scope.resolve(where)]);
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
