/** Graphs of models: described as data, made by chance. */
import type { Dice } from './dice.ts';

/** What a column holds. */
export type Kind = 'int' | 'bigint' | 'float' | 'decimal' | 'text' | 'bool' | 'date' | 'datetime' | 'enum' | 'uuid';

/** Digits after the point of every column of decimals. */
export const SCALE = 2;
export const COLOURS = ['red', 'green', 'blue'] as const;

export interface FieldSpec {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly unique: boolean;
  /** A `string` with a length in place of a `text`, an `auto` in place of an `int`. */
  readonly short: boolean;
}

/** A foreign key; `unique`: one-to-one. Its key has the name `${name}Id`. */
export interface ForeignKeySpec {
  readonly name: string;
  readonly target: string;
  /** The field of the target that it refers to. */
  readonly to: string;
  readonly nullable: boolean;
  readonly unique: boolean;
  /** The other side's name for it. */
  readonly reverse: string;
}

/** A relation of many to many. */
export interface LinkSpec {
  readonly name: string;
  readonly target: string;
  readonly reverse: string;
}

export interface ModelSpec {
  readonly name: string;
  /** The names of the fields of its primary key, which are the first of `fields`. */
  readonly key: readonly string[];
  readonly fields: readonly FieldSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly links: readonly LinkSpec[];
  /** The order of queries that give none, by field, all of them followed by the key. */
  readonly ordering: readonly string[];
}

export type Graph = readonly ModelSpec[];

/** A relation as it is seen from one of its sides. */
export interface Relation {
  readonly name: string;
  readonly target: string;
  readonly many: boolean;
  readonly by: { readonly owner: string } & (
    | { readonly kind: 'foreignKey'; readonly key: ForeignKeySpec; readonly reverse: boolean }
    | { readonly kind: 'link'; readonly link: LinkSpec; readonly reverse: boolean }
  );
}

export function modelOf(graph: Graph, name: string): ModelSpec {
  const found = graph.find((model) => model.name === name);
  if (found === undefined) throw new Error(`There is no model ${name}`);
  return found;
}

const known = new WeakMap<Graph, Map<string, readonly Relation[]>>();

/** All relations of a model, both sides'. */
export function relationsOf(graph: Graph, model: string): readonly Relation[] {
  const ofGraph = known.get(graph) ?? new Map<string, readonly Relation[]>();
  known.set(graph, ofGraph);
  const found = ofGraph.get(model) ?? findRelations(graph, model);
  ofGraph.set(model, found);
  return found;
}

function findRelations(graph: Graph, model: string): Relation[] {
  return graph.flatMap(({ name: owner, foreignKeys, links }) => [
    ...foreignKeys.flatMap((key): Relation[] => {
      const by = { owner, kind: 'foreignKey' as const, key };
      return [
        ...(owner === model
          ? [{ name: key.name, target: key.target, many: false, by: { ...by, reverse: false } }]
          : []),
        ...(key.target === model
          ? [{ name: key.reverse, target: owner, many: !key.unique, by: { ...by, reverse: true } }]
          : []),
      ];
    }),
    ...links.flatMap((link): Relation[] => {
      const by = { owner, kind: 'link' as const, link };
      return [
        ...(owner === model
          ? [{ name: link.name, target: link.target, many: true, by: { ...by, reverse: false } }]
          : []),
        ...(link.target === model
          ? [{ name: link.reverse, target: owner, many: true, by: { ...by, reverse: true } }]
          : []),
      ];
    }),
  ]);
}

export function relationOf(graph: Graph, model: string, name: string): Relation {
  const found = relationsOf(graph, model).find((relation) => relation.name === name);
  if (found === undefined) throw new Error(`${model} has no relation ${name}`);
  return found;
}

const KINDS: readonly Kind[] = [
  'int',
  'text',
  'bool',
  'decimal',
  'float',
  'bigint',
  'date',
  'datetime',
  'enum',
  'text',
  'int',
];
const KEYS: readonly (readonly Kind[])[] = [['int'], ['int'], ['text'], ['uuid'], ['bigint'], ['int', 'text']];

/** Two to five models. */
export function anyGraph(dice: Dice): Graph {
  const made: ModelSpec[] = [];
  for (const name of ['alpha', 'beta', 'gamma', 'delta', 'epsilon'].slice(0, 2 + dice.below(4)))
    made.push(anyModel(dice, name, made));
  return made;
}

function anyModel(dice: Dice, name: string, earlier: Graph): ModelSpec {
  // Foreign keys and links lead to single keys only.
  const kinds = dice.of(earlier.length === 0 ? KEYS.slice(0, -1) : KEYS);
  const keys = kinds.map((kind, i) =>
    field(kinds.length === 1 ? 'id' : `key${i}`, kind, { unique: kinds.length === 1, short: dice.oneIn(2) }),
  );
  const code = field('code', dice.of<Kind>(['int', 'text', 'bigint', 'uuid']), { unique: true });
  const fields = [
    ...keys,
    ...(dice.oneIn(2) ? [code] : []),
    ...dice.list(2, 6, (i) => field(`f${i}`, dice.of(KINDS), { nullable: dice.oneIn(2), short: dice.oneIn(2) })),
  ];
  const key = keys.map((item) => item.name);
  const self = { name, key, fields };
  const targets = [...earlier, self].filter((target) => target.key.length === 1);
  const foreignKeys = dice.list(earlier.length === 0 ? 0 : 1, 3, (i) =>
    anyForeignKey(dice, `to${i}`, self, dice.of(targets)),
  );
  const links =
    targets.length > 0 && key.length === 1
      ? dice.list(0, 2, (i) => anyLink(dice, `links${i}`, name, dice.of(targets).name))
      : [];
  const ordering = dice.oneIn(3) ? dice.some(fields).map((item) => `${dice.oneIn(2) ? '-' : ''}${item.name}`) : [];
  return { ...self, foreignKeys, links, ordering };
}

function field(name: string, kind: Kind, options: Partial<FieldSpec>): FieldSpec {
  return { name, kind, nullable: false, unique: false, short: false, ...options };
}

type Target = Pick<ModelSpec, 'name' | 'key' | 'fields'>;

/** A required key leads to an earlier model, so that rows can be written one model after the other. */
function anyForeignKey(dice: Dice, name: string, owner: Target, target: Target): ForeignKeySpec {
  const unique = dice.oneIn(4);
  const to = dice.of(target.fields.filter((item) => item.unique).map((item) => item.name));
  const nullable = target === owner || dice.oneIn(2);
  return {
    name,
    target: target.name,
    to,
    nullable,
    unique,
    reverse: `${owner.name}${unique ? 'By' : 'sBy'}${capital(name)}`,
  };
}

function anyLink(_dice: Dice, name: string, owner: string, target: string): LinkSpec {
  return { name, target, reverse: `${owner}sBy${capital(name)}` };
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}
