/** Expressions and conditions, made by chance. */
import { PRECISION } from './casts.ts';
import type { Dice } from './dice.ts';
import type {
  Aggregate,
  AggregateName,
  Call,
  Cast,
  Column,
  Condition,
  Constant,
  Expr,
  FunctionName,
  Inner,
  Members,
  Named,
  Order,
  Related,
  Sub,
  TestName,
} from './query.ts';
import { modelOf, relationsOf, SCALE } from './schema.ts';
import { CASTS_FROM, PARTS, SIGNATURES } from './signatures.ts';
import type { Graph, Kind } from './schema.ts';
import { VALUES } from './world.ts';
import type { World } from './world.ts';
import type { Known, Type } from './values.ts';

/** What an expression may be made of. */
export interface Context {
  readonly dice: Dice;
  readonly world: World;
  /** The models of the callbacks around it, the innermost first. */
  readonly scopes: readonly string[];
  readonly annotations: readonly Named[];
  /** How deep it may still grow. */
  readonly depth: number;
  /** Columns of the query itself that are not to be read. */
  readonly hidden?: ReadonlySet<string>;
  /** Whether it is to be made of the columns of one row alone. */
  readonly own?: boolean;
}

const inner = (context: Context): Context => ({ ...context, depth: context.depth - 1 });
const within = (context: Context, model: string): Context => ({
  ...inner(context),
  scopes: [model, ...context.scopes],
});

const ANY_TESTS: readonly TestName[] = ['eq', 'ne', 'isNull', 'isNotNull', 'oneOf', 'notOneOf'];
const ORDER_TESTS: readonly TestName[] = ['gt', 'gte', 'lt', 'lte', 'between'];
const TEXT_TESTS: readonly TestName[] = [
  'contains',
  'startsWith',
  'endsWith',
  'iexact',
  'icontains',
  'istartsWith',
  'iendsWith',
  'regex',
  'iregex',
];

/** How many further arguments a test takes. */
const TAKES: Partial<Record<TestName, number>> = { isNull: 0, isNotNull: 0, between: 2 };

/** What expressions of another kind a kind is compared with; plain values are of its own. */
const COMPARED: Partial<Record<Kind, readonly [Kind, ...Kind[]]>> = { int: ['int', 'float'], float: ['float', 'int'] };

/** What every database has for the same regular expression. */
const PATTERNS = ['^a', 'b$', '[ab]', 'a.b', '^$', 'a|e', '^.$'];

/** The type of a column, or of a plain value. */
export function typeFor(kind: Kind): Type {
  if (kind === 'decimal') return { kind, scale: SCALE, digits: SCALE + 2 };
  return { kind, scale: 0, digits: kind === 'bigint' ? 16 : 3 };
}

/** What can be read from a model over relations to one, by the way there. */
function columnsOf(
  graph: Graph,
  model: string,
  depth = 2,
): { steps: string[]; field: string; kind: Kind; relation?: string }[] {
  const { fields, foreignKeys } = modelOf(graph, model);
  const own = fields.map(({ name, kind }) => ({ steps: [], field: name, kind }));
  const keys = foreignKeys.map(({ name, target, to }) => ({
    steps: [],
    field: `${name}Id`,
    kind: modelOf(graph, target).fields.find((field) => field.name === to)!.kind,
    relation: name,
  }));
  if (depth === 0) return [...own, ...keys];
  const further = relationsOf(graph, model).filter((relation) => !relation.many);
  const behind = further.flatMap(({ name, target }) =>
    columnsOf(graph, target, depth - 1).map((column) => ({ ...column, steps: [name, ...column.steps] })),
  );
  return [...own, ...keys, ...behind];
}

const known = new WeakMap<Graph, Map<string, ReturnType<typeof columnsOf>>>();

function columns(graph: Graph, model: string): ReturnType<typeof columnsOf> {
  if (!known.has(graph)) known.set(graph, new Map());
  const found = known.get(graph)!.get(model) ?? columnsOf(graph, model);
  known.get(graph)!.set(model, found);
  return found;
}

function anyColumn(context: Context, kinds: readonly Kind[]): Column | undefined {
  const { dice, world, scopes, hidden } = context;
  const scope = dice.oneIn(5) ? dice.below(scopes.length) : 0;
  const all = columns(world.graph, scopes[scope]!).filter(
    (column) =>
      kinds.includes(column.kind) &&
      !(scope === scopes.length - 1 && column.steps.length === 0 && hidden?.has(column.field) === true),
  );
  const near = all.filter((column) => column.steps.length === 0);
  if (all.length === 0 || (context.own === true && near.length === 0)) return undefined;
  const { relation, kind, ...column } = dice.of(
    near.length > 0 && (context.own === true || !dice.oneIn(3)) ? near : all,
  );
  return {
    node: 'column',
    type: typeFor(kind),
    scope,
    ...column,
    ...(relation !== undefined && dice.oneIn(2) && { relation }),
  };
}

function constant(dice: Dice, kind: Kind, values: readonly Known[] = VALUES[kind]): Constant {
  return { node: 'constant', type: typeFor(kind), value: dice.of(values) };
}

/** A value that an expression of this type can be compared with: no more digits than it has. */
export function constantFor(dice: Dice, { kind, scale }: Type): Constant {
  return kind === 'decimal' && scale < SCALE
    ? { ...constant(dice, kind, ['0', '1', '2', '-1', '100']), type: { kind, scale: 0, digits: 3 } }
    : constant(dice, kind);
}

/** An expression of one of these kinds, if there can be one. */
export function anyExpr(context: Context, kinds: readonly Kind[]): Expr | undefined {
  const { dice, depth, annotations } = context;
  const choices: [number, () => Expr | undefined][] = [[6, () => anyColumn(context, kinds)]];
  const computed = annotations.filter(({ value }) => kinds.includes(value.type.kind));
  if (computed.length > 0)
    choices.push([
      3,
      () => {
        const { name, value } = dice.of(computed);
        return { node: 'annotation', name, type: value.type };
      },
    ]);
  if (depth > 0) {
    choices.push(
      [5, () => anyCall(context, kinds)],
      [1, () => anyChoice(context, kinds)],
      [1, () => anyCast(context, kinds)],
    );
    if (context.own !== true) choices.push([2, () => anyRelated(context, kinds)], [1, () => anyInner(context, kinds)]);
    if (kinds.includes('bool')) choices.push([2, () => asValue(anyCondition(inner(context)))]);
  }
  return dice.weighted(choices) ?? anyColumn(context, kinds);
}

/** A column of booleans is no condition there: it keeps its NULL. */
function asValue(condition: Condition): Expr {
  return condition.node === 'truth' ? condition.of : { node: 'asked', type: typeFor('bool'), condition };
}

/** An expression of one of these kinds, or a plain value of the first. */
function anyOperand(context: Context, kinds: readonly [Kind, ...Kind[]], type: Type = typeFor(kinds[0])): Expr {
  const { dice } = context;
  return (dice.oneIn(2) ? anyExpr(inner(context), kinds) : undefined) ?? constantFor(dice, type);
}

function anyChoice(context: Context, kinds: readonly Kind[]): Expr | undefined {
  const { dice } = context;
  const then = anyExpr(inner(context), kinds);
  if (then === undefined) return undefined;
  const { kind, scale, digits } = then.type;
  const otherwise = dice.oneIn(2) ? anyOperand(context, [kind], then.type) : undefined;
  const type = {
    kind,
    scale: Math.max(scale, otherwise?.type.scale ?? 0),
    digits: Math.max(digits, otherwise?.type.digits ?? 0) + 2,
  };
  if (!fits(type, [])) return undefined;
  return { node: 'choice', type, when: anyCondition(inner(context)), then, otherwise };
}

function anyCall(context: Context, kinds: readonly Kind[]): Call | undefined {
  const { dice } = context;
  const fitting = SIGNATURES.filter(([, result]) => kinds.includes(result));
  if (fitting.length === 0) return undefined;
  const [fn, kind, first, ...rest] = dice.of(fitting);
  const subject = anyExpr(inner(context), first!);
  if (subject === undefined) return undefined;
  const args = [
    subject,
    ...rest.map((item) => {
      if ('given' in item) return constant(dice, item.kind, item.given);
      return fn === 'coalesce' ? anyOperand(context, [kind], subject.type) : anyOperand(context, item);
    }),
  ];
  // A plain number of characters is refused where it is none.
  if ((fn === 'left' || fn === 'right') && args[1]!.node === 'constant' && Number(args[1]!.value) < 0) return undefined;
  // Beside an integer a plain value is an integer, too.
  if (subject.type.kind === 'int' && args[1]?.node === 'constant' && args[1].type.kind !== 'int') return undefined;
  // What is left of a third depends on its last digit.
  if (fn === 'mod' && kind === 'float' && args.some(({ node }) => node !== 'column' && node !== 'constant'))
    return undefined;
  const type = typeOfCall(
    fn,
    kind,
    args.map((arg) => arg.type),
    dice,
  );
  return fits(type, args) ? { node: 'call', fn, args, type } : undefined;
}

function anyCast(context: Context, kinds: readonly Kind[]): Cast | undefined {
  const { dice } = context;
  const fitting = CASTS_FROM.filter(([to]) => kinds.includes(to));
  if (fitting.length === 0) return undefined;
  const [to, from] = dice.of(fitting);
  const of = anyExpr(inner(context), from);
  // What a computed float is rounded to depends on its last digit.
  if (of === undefined || (of.type.kind === 'float' && of.node !== 'column')) return undefined;
  // MariaDB compares texts as numbers in `LEAST` and `GREATEST` where a number is wanted of them.
  if (of.type.kind === 'text' && of.node !== 'column') return undefined;
  const digits = to === 'decimal' ? PRECISION : to === 'bigint' ? 19 : 10;
  const type = { kind: to, scale: to === 'decimal' ? SCALE : 0, digits };
  return fits({ ...type, digits: Math.min(digits, 9) }, []) ? { node: 'cast', to, of, type } : undefined;
}

/** As the documents say: products have the digits of both, quotients four more than the dividend. */
function typeOfCall(fn: FunctionName, kind: Kind, types: readonly Type[], dice: Dice): Type {
  const [a, b = a] = types as [Type, Type?];
  const most = Math.max(...types.map((type) => type.digits - type.scale));
  if (fn === 'sign') return { kind, scale: 0, digits: 1 };
  if (fn === 'difference') return { kind, scale: 0, digits: 9 };
  if ((fn === 'floor' || fn === 'ceil') && kind === 'decimal') return { kind, scale: 0, digits: most + 1 };
  if (fn === 'length' || fn === 'position' || (kind === 'int' && a.kind === 'datetime'))
    return { kind, scale: 0, digits: 4 };
  if (fn === 'round') {
    const scale = kind === 'decimal' ? Math.min(dice.below(4), a.scale) : dice.below(3);
    return { kind, scale, digits: kind === 'decimal' ? most + 1 + scale : a.digits };
  }
  if (fn === 'times') return { kind, scale: a.scale + b.scale, digits: a.digits + b.digits };
  if (fn === 'dividedBy' && kind === 'decimal') return { kind, scale: a.scale + 4, digits: a.digits + 4 + b.scale };
  if (fn === 'dividedBy') return { kind, scale: 0, digits: a.digits };
  const scale = kind === 'decimal' ? Math.max(a.scale, b.scale) : 0;
  return { kind, scale, digits: most + 1 + scale };
}

/** Numbers stay in the range in which each database computes exactly. */
function fits({ kind, scale, digits }: Type, args: readonly Expr[]): boolean {
  if (kind === 'decimal')
    return (
      digits - scale <= 7 &&
      scale <= 10 &&
      digits <= 17 &&
      args.every((arg) => arg.type.kind !== 'decimal' || arg.type.scale <= 10)
    );
  return digits <= (kind === 'bigint' ? 18 : 15);
}

/** Aggregates by what they give and take. */
const AGGREGATES: readonly (readonly [AggregateName, Kind, readonly Kind[]])[] = [
  ['count', 'int', ['int', 'text', 'bool', 'date', 'decimal', 'enum']],
  ['sum', 'int', ['int']],
  ['sum', 'bigint', ['bigint']],
  ['sum', 'float', ['float']],
  ['sum', 'decimal', ['decimal']],
  ['avg', 'float', ['int', 'float']],
  ['avg', 'decimal', ['decimal']],
  ...(['int', 'bigint', 'float', 'decimal', 'text', 'bool', 'date', 'datetime', 'enum', 'uuid'] as const).flatMap(
    (kind) => (['min', 'max'] as const).map((fn) => [fn, kind, [kind]] as const),
  ),
];

/** An aggregate over rows of the model of the innermost scope. */
export function anyAggregate(context: Context, kinds: readonly Kind[]): Aggregate | undefined {
  const { dice } = context;
  const [fn, kind, of] = dice.of(AGGREGATES.filter(([, result]) => kinds.includes(result)));
  if (fn === 'count' && dice.oneIn(2))
    return { fn, argument: undefined, distinct: false, type: { kind: 'int', scale: 0, digits: 3 } };
  const argument = anyExpr(inner(context), of);
  if (argument === undefined) return undefined;
  const distinct = fn !== 'min' && fn !== 'max' && dice.oneIn(3);
  const { type } = argument;
  if (fn === 'count') return { fn, argument, distinct, type: { kind: 'int', scale: 0, digits: 3 } };
  if (fn === 'min' || fn === 'max') return { fn, argument, distinct, type };
  const more = fn === 'avg' && kind === 'decimal' ? 4 : 0;
  const result = { kind, scale: type.scale + more, digits: type.digits + more + 2 };
  return fits(result, []) ? { fn, argument, distinct, type: result } : undefined;
}

function anyRelated(context: Context, kinds: readonly Kind[]): Related | undefined {
  if (!AGGREGATES.some(([, result]) => kinds.includes(result))) return undefined;
  const found = anyMembers(context);
  if (found === undefined) return undefined;
  const aggregate = anyAggregate(found.inside, kinds);
  return aggregate && { node: 'related', of: found.of, ...aggregate };
}

/** Rows of a relation to many, in reach of one of the scopes. */
function anyMembers(context: Context): { of: Members; inside: Context } | undefined {
  const { dice, world, scopes } = context;
  const scope = dice.oneIn(6) ? dice.below(scopes.length) : 0;
  const here = relationsOf(world.graph, scopes[scope]!);
  const step = dice.oneIn(4) ? dice.of([undefined, ...here.filter((relation) => !relation.many)]) : undefined;
  const many = (step === undefined ? here : relationsOf(world.graph, step.target)).filter((relation) => relation.many);
  if (many.length === 0) return undefined;
  const relation = dice.of(many);
  const inside = within(context, relation.target);
  const where = inside.depth > 0 && dice.oneIn(3) ? anyCondition(inside) : undefined;
  return { of: { scope, steps: step === undefined ? [] : [step.name], relation: relation.name, where }, inside };
}

/** The one value of a query inside of this one. */
function anyInner(context: Context, kinds: readonly Kind[]): Inner | undefined {
  const { dice } = context;
  const { of, inside } = anySub(context);
  if (dice.oneIn(2)) {
    const found = anyAggregate(inside, kinds);
    return found && { node: 'inner', of, value: { aggregate: found }, type: found.type };
  }
  const column = anyExpr(inside, kinds);
  if (column === undefined) return undefined;
  return { node: 'inner', of: cutSub(inside, of, 1), value: { column }, type: column.type };
}

/** A query inside of this one: of any model, and mostly about the rows around it. */
function anySub(context: Context): { of: Sub; inside: Context } {
  const { dice, world } = context;
  const model = dice.of(world.graph.map(({ name }) => name));
  const inside = within(context, model);
  const where = dice.oneIn(6) ? undefined : dice.oneIn(2) ? anyLinked(inside) : anyCondition(inside);
  return { of: { model, where, order: [], limit: undefined }, inside };
}

/** A condition that compares a column of the inner query with one of the query around it. */
function anyLinked(context: Context): Condition {
  const { dice, world, scopes } = context;
  const own = dice.of(columns(world.graph, scopes[0]!).filter(({ steps }) => steps.length === 0));
  const others = columns(world.graph, scopes[1]!).filter(({ kind }) => kind === own.kind);
  if (others.length === 0) return anyCondition(context);
  const column = ({ steps, field, kind }: (typeof others)[number], scope: number): Column => ({
    node: 'column',
    type: typeFor(kind),
    scope,
    steps,
    field,
  });
  const test = dice.of<TestName>(own.kind === 'bool' ? ['eq', 'ne'] : ['eq', 'eq', 'ne', 'gt', 'lte']);
  return { node: 'test', test, subject: column(own, 0), args: [column(dice.of(others), 1)] };
}

/** Its first rows, in an order that leaves none equal. */
function cutSub({ dice, world }: Context, of: Sub, limit: number): Sub {
  return { ...of, limit, order: keyOrder(world.graph, of.model, dice.oneIn(2)) };
}

export function keyOrder(graph: Graph, model: string, descending: boolean): Order[] {
  const { key, fields } = modelOf(graph, model);
  return key.map((field) => {
    const { kind } = fields.find((item) => item.name === field)!;
    return { by: { node: 'column', type: typeFor(kind), scope: 0, steps: [], field }, descending, nulls: undefined };
  });
}

const ALL: readonly Kind[] = ['int', 'text', 'bool', 'decimal', 'float', 'bigint', 'date', 'datetime', 'enum', 'uuid'];

/** An expression of any kind. */
export function anyValue(context: Context, kinds: readonly Kind[] = ALL): Expr {
  const { dice } = context;
  for (let i = 0; i < 3; i++) {
    const expr = anyExpr(context, [dice.of(kinds)]);
    if (expr !== undefined) return expr;
  }
  return anyColumn({ ...context, scopes: context.scopes.slice(0, 1) }, ALL)!;
}

export function anyCondition(context: Context): Condition {
  const { dice, depth } = context;
  const simple: [number, () => Condition | undefined][] = [
    [6, () => anyTest(context)],
    [1, () => anyTruth(context)],
  ];
  if (depth <= 0) return dice.weighted(simple) ?? anyTest(context);
  return (
    dice.weighted<Condition | undefined>([
      ...simple,
      [2, () => ({ node: dice.of(['and', 'or']), items: dice.list(2, 3, () => anyCondition(inner(context))) })],
      [2, () => ({ node: 'not', item: anyCondition(inner(context)) })],
      [3, () => anyQuantified(context)],
      [2, () => anyNested(context)],
    ]) ?? anyTest(context)
  );
}

function anyTruth(context: Context): Condition | undefined {
  const of = anyColumn(context, ['bool']);
  return of && { node: 'truth', of };
}

function anyQuantified(context: Context): Condition | undefined {
  const { dice } = context;
  const found = context.own === true ? undefined : anyMembers(context);
  if (found === undefined) return undefined;
  const node = dice.of(['some', 'none', 'every'] as const);
  const condition = node === 'every' || dice.oneIn(2) ? anyCondition(found.inside) : undefined;
  return { node, of: found.of, condition };
}

/** Whether a query has rows, or a value is among those of its column. */
function anyNested(context: Context): Condition | undefined {
  if (context.own === true) return undefined;
  const { dice } = context;
  const { of, inside } = anySub(context);
  if (dice.oneIn(2)) return { node: 'exists', of };
  const subject = anyValue(inner(context));
  const column = anyExpr(inside, [subject.type.kind]);
  if (column === undefined) return undefined;
  const cut = dice.oneIn(4) ? cutSub(inside, of, 1 + dice.below(3)) : of;
  return { node: 'among', not: dice.oneIn(2), subject, of: cut, column };
}

function anyTest(context: Context): Condition {
  const { dice } = context;
  const dated = context.depth > 0 && dice.oneIn(10) ? anyDatePart(context) : undefined;
  const subject = dated ?? anyValue(inner(context));
  const { kind } = subject.type;
  const isText = kind === 'text' || kind === 'enum';
  const tests = [
    ...ANY_TESTS,
    ...(kind === 'bool' ? [] : ORDER_TESTS),
    ...(isText ? [...TEXT_TESTS, ...TEXT_TESTS] : []),
  ];
  const test = dice.of(tests);
  return { node: 'test', test, subject, args: anyArguments(context, test, subject.type) };
}

/** Of a date, by a lookup: callbacks have parts of datetimes only. */
function anyDatePart(context: Context): Expr | undefined {
  const column = anyColumn(context, ['date']);
  if (column === undefined) return undefined;
  const [fn] = context.dice.of(PARTS);
  return { node: 'call', fn, args: [column], type: { kind: 'int', scale: 0, digits: 4 } };
}

function anyArguments(context: Context, test: TestName, type: Type): Expr[] {
  const { dice } = context;
  const { kind } = type;
  if (test === 'regex' || test === 'iregex') return [constant(dice, 'text', PATTERNS)];
  if (test === 'oneOf' || test === 'notOneOf') return dice.list(0, 3, () => constantFor(dice, type));
  if ((test === 'eq' || test === 'ne') && dice.oneIn(6))
    return [{ node: 'constant', type: typeFor(kind), value: null }];
  if (TEXT_TESTS.includes(test)) return [dice.oneIn(4) ? anyOperand(context, ['text']) : constant(dice, 'text')];
  return Array.from({ length: TAKES[test] ?? 1 }, () => anyOperand(context, COMPARED[kind] ?? [kind], type));
}
