import type { Expression } from '../core/ast/expressions.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import type { QueryRequest, QueryState } from '../query/state.ts';
import type { StatementOrigin } from './statement-origin.ts';

/** What one row or a few are chosen by, in the conditions of a query. */
interface Selection {
  /** Fields of the model that are compared with one value. */
  readonly fields: readonly FieldMeta[];
  /** A to-many relation whose row has one value in a field. */
  readonly linked: RelationMeta | undefined;
  /** Whether a field of a related row is compared with one value. */
  readonly joined: boolean;
  /** Whether anything is compared by more or less. */
  readonly ranged: boolean;
  /** Whether there is a list of several values. */
  readonly many: boolean;
}

/**
 * What to call instead of one such query for each of many things. `undefined` where it is not about one thing: all rows, a page, a
 * batch of keys, rows to lock, a relation that was asked for with its owners.
 */
export function remedyFor(made: StatementOrigin): string | undefined {
  if (made.kind === 'raw') return undefined;
  if (made.kind === 'get') return inBulk(made.meta);
  if (isWrite(made) || isApart(made.state)) return undefined;
  const selection = selectionOf(made.state.where);
  if (selection.many || (selection.ranged && made.state.limit !== undefined)) return undefined;
  if (made.state.loads !== undefined) return ofLoading(made.state);
  return ofSelection(made, selection);
}

/** Whether the answer could have been kept, had it been asked once. */
export function canBeKept(made: StatementOrigin): boolean {
  if (made.kind === 'raw') return false;
  return made.kind === 'get' || !(isWrite(made) || isApart(made.state) || made.state.loads !== undefined);
}

function isWrite({ kind }: QueryRequest): boolean {
  return kind === 'update' || kind === 'delete' || kind === 'insertFrom';
}

/** Pages, queues and sets that are put together are asked for again and again with good reason. */
function isApart({ offset, keyed, lock, source, perParent }: QueryState): boolean {
  return offset !== undefined || keyed || lock !== undefined || source !== undefined || perParent !== undefined;
}

function ofLoading({ meta, loads }: QueryState): string | undefined {
  if (loads?.onDemand !== true) return undefined;
  const { relation } = loads;
  if (relation === undefined)
    return `read all fields that are needed with the query of ${meta.name}: it left some out by only() or defer()`;
  return withOwners(relation);
}

function ofSelection({ kind, state }: QueryRequest, { fields, linked, joined }: Selection): string | undefined {
  const { meta } = state;
  const rows = kind === 'entities' || kind === 'values';
  const to = fields.find(({ relation, primaryKey }) => relation !== undefined && !primaryKey);
  const owners = linked?.inverse ?? to?.relation?.inverse;
  if (owners !== undefined) return rows ? prefetched(owners, isPlain(state)) : annotated(owners, kind);
  if (meta.key.every((field) => fields.includes(field)) && rows) return inBulk(meta);
  const [field] = fields;
  if (field !== undefined && rows)
    return field.unique
      ? `read all of them at once: session.query(${meta.name}).inBulk(values, { field: '${field.name}' })`
      : `ask for all of them at once: .filter({ ${nameOf(field)}: oneOf(values) })`;
  if (field !== undefined) return `ask once for all of them, grouped: .groupBy('${field.name}')`;
  return joined ? 'ask for all of them at once, with oneOf(values) in the filter' : undefined;
}

function inBulk({ name }: ModelMeta): string {
  return `read all of them at once: session.query(${name}).inBulk(keys)`;
}

/** With the query that the owners came from. A tree is read as a whole, however deep. */
function withOwners({ model, name, many, target }: RelationMeta): string {
  if (target === model) return `add .recursive('${name}') to the query of ${model.name}, which reads the whole tree`;
  return `add .${many ? 'prefetchRelated' : 'selectRelated'}('${name}') to the query of ${model.name}`;
}

function prefetched(relation: RelationMeta, plain: boolean): string {
  const { model, name } = relation;
  if (plain || relation.target === model) return withOwners(relation);
  return `add .prefetchRelated(prefetch('${name}', (${name}) => …)) to the query of ${model.name}`;
}

function annotated({ model, name }: RelationMeta, kind: QueryRequest['kind']): string {
  const owner = `${model.name[0]!.toLowerCase()}${model.name.slice(1)}`;
  const made = { count: `n: ${owner}.${name}.count()`, exists: `has: ${owner}.${name}.some()` };
  const value = kind === 'count' || kind === 'exists' ? made[kind] : `value: ${owner}.${name}.…`;
  return `add .annotate((${owner}) => ({ ${value} })) to the query of ${model.name}`;
}

/** A query for nothing but the members of one owner. */
function isPlain({ where, limit, order, distinct, annotations, fields, prefetches }: QueryState): boolean {
  return (
    where.length === 1 &&
    limit === undefined &&
    order === undefined &&
    !distinct &&
    annotations.length === 0 &&
    fields === undefined &&
    prefetches.length === 0
  );
}

function nameOf({ name, relation }: FieldMeta): string {
  return relation?.name ?? name;
}

/** What the conditions that all have to hold select by. */
function selectionOf(where: readonly Expression[]): Selection {
  const found = { fields: [] as FieldMeta[], linked: undefined as RelationMeta | undefined };
  const flags = { joined: false, ranged: false, many: false };
  const look = (node: Expression): void => {
    if (node.kind === 'and') node.items.forEach(look);
    else if (node.kind === 'inList' && node.list.values.length !== 1) flags.many = true;
    else if (node.kind === 'or') flags.many ||= node.items.every(isOfKey);
    else if (node.kind === 'between' || node.kind === 'compareRows' || isRange(node)) flags.ranged = true;
    else if (node.kind === 'related' && node.quantifier === 'some' && node.where && fieldOf(node.where))
      found.linked = node.relation;
    else if (isOwn(node)) found.fields.push(fieldOf(node)!);
    else flags.joined ||= fieldOf(node) !== undefined;
  };
  where.forEach(look);
  return { ...found, ...flags };
}

/** Keys of several fields are one condition each. */
function isOfKey(node: Expression): boolean {
  return node.kind === 'and' && node.items.every((item) => fieldOf(item)?.primaryKey === true);
}

function isRange(node: Expression): boolean {
  return node.kind === 'compare' && node.operator !== 'eq' && node.operator !== 'ne';
}

/** The field that a condition compares with one value. */
function fieldOf(node: Expression): FieldMeta | undefined {
  const operand = operandOf(node);
  return operand?.kind === 'path' ? operand.field : undefined;
}

/** Whether it is one of the model itself. */
function isOwn(node: Expression): boolean {
  const operand = operandOf(node);
  return operand?.kind === 'path' && operand.steps.length === 0;
}

function operandOf(node: Expression): Expression | undefined {
  if (node.kind === 'inList') return node.operand;
  return node.kind === 'compare' && node.operator === 'eq' && node.right.kind === 'param' ? node.left : undefined;
}
