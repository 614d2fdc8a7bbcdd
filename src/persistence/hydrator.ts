import type { EntityGroup } from '../core/loader.ts';
import { isOf, variantOf } from '../core/inheritance.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { receiveLink } from '../core/receive-link.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { EntityShape, Segment } from '../query/plan.ts';
import { canCompile, compileFunction, quoted } from '../utils/codegen.ts';
import { decoderOf } from './column-decoder.ts';
import type { EntityCodec } from './entity-codec.ts';
import type { IdentityMap } from './identity-map.ts';

type Decode = (raw: unknown) => unknown;
type Maps = readonly Map<unknown, object>[];

/** Rows to the entities of the root; `maps` and `groups` are those of the segments. */
type HydrateRows = (
  rows: readonly Row[],
  maps: Maps,
  groups: readonly EntityGroup[],
  overwrite: Overwrite | undefined,
) => object[];

/** Give an entity that the session has already what the database says now. */
export type Overwrite = (
  meta: ModelMeta,
  entity: object,
  fields: readonly FieldMeta[],
  values: Row,
  group: EntityGroup,
) => void;

/** What one segment does to one row: find or make its entity; null where a joined row is missing. */
type SegmentReader = (
  row: Row,
  map: Map<unknown, object>,
  group: EntityGroup,
  overwrite: Overwrite | undefined,
) => object | null;

/**
 * Rows of one shape to entities: made once per shape, by code generation where that is allowed and by closures where
 * not. Each row's key is looked up in the identity map; what is there keeps its values, and lacks are filled. A related
 * entity needs no pointer: its owner's key finds it in the map.
 */
export class Hydrator {
  /** One group per segment: entities that come together know each other. */
  readonly segments: readonly Segment[];
  /** Whether entities that the session has already are to be overwritten. */
  readonly fresh: boolean;
  readonly #hydrate: HydrateRows;

  constructor(shape: EntityShape, dialect: Dialect, codecOf: (segment: Segment) => EntityCodec) {
    this.segments = shape.segments;
    const readers = shape.segments.map((segment) =>
      segment.variants === undefined
        ? readerOf(segment, codecOf(segment))
        : variantReader(segment, segment.variants, codecOf),
    );
    this.fresh = shape.fresh;
    const decoders = shape.annotations.map((column) => decoderOf(dialect, column));
    const whole = shape.segments.every((segment) => segment.fields.length === segment.meta.fields.length);
    this.#hydrate =
      canCompile && whole
        ? generate(shape, shape.segments.map(codecOf), readers, decoders)
        : interpret(shape, readers, decoders);
  }

  hydrate(
    rows: readonly Row[],
    identityMap: IdentityMap,
    groups: readonly EntityGroup[],
    overwrite?: Overwrite,
  ): object[] {
    return this.#hydrate(
      rows,
      this.segments.map((segment) => identityMap.of(segment.meta)),
      groups,
      overwrite,
    );
  }
}

/** Relations whose entity the owner's key cannot find in the identity map, so that it is linked. */
function needsLink({ relation }: Segment): boolean {
  return relation !== undefined && !(relation.owning && relation.toKey);
}

/**
 * One loop with the offsets, the constructors and the names of the shape written into it. A row becomes the snapshot of
 * the root as it is; joined entities get a slice of it, once for each entity and not once for each row.
 */
function generate(
  shape: EntityShape,
  codecs: readonly EntityCodec[],
  readers: readonly SegmentReader[],
  decoders: readonly (Decode | undefined)[],
): HydrateRows {
  const { segments, annotations } = shape;
  const scope: Record<string, unknown> = { State, receiveLink };
  const setup: string[] = [];
  const body: string[] = [];
  segments.forEach((segment, s) => {
    const codec = codecs[s]!;
    scope[`C${s}`] = codec.construct;
    scope[`read${s}`] = readers[s];
    scope[`key${s}`] = codec.keyOfRow;
    setup.push(`const m${s} = maps[${s}], g${s} = groups[${s}], p${s} = g${s}.members;`);
    const row = s === 0 ? 'r' : `[${segment.positions.map((position) => `r[${position}]`).join(', ')}]`;
    const key = codec.plainKey === undefined ? `key${s}(${row})` : `r[${segment.positions[codec.plainKey]}]`;
    const find =
      segment.variants !== undefined
        ? `e${s} = read${s}(r, m${s}, g${s}, overwrite);`
        : `
      e${s} = m${s}.get(k);
      if (e${s} === undefined) {
        e${s} = new C${s}(${row}, g${s});
        m${s}.set(k, e${s});
        p${s}.push(e${s});
      } else if (State.group(e${s}) !== g${s}) read${s}(r, m${s}, g${s}, overwrite);`;
    body.push(
      `let e${s} = null;`,
      segment.presence === undefined
        ? `k = ${key};${find}`
        : `if (r[${segment.presence}] !== null) { k = ${key};${find}\n}`,
    );
    if (needsLink(segment)) {
      const owner = segments.indexOf(segment.parent!);
      scope[`r${s}`] = segment.relation;
      body.push(`if (e${owner} !== null) receiveLink(e${owner}, r${s}, e${s});`);
    }
  });
  annotations.forEach(({ name, position }, a) => {
    scope[`d${a}`] = decoders[a];
    body.push(
      `e0[${quoted(name)}] = ${decoders[a] === undefined ? `r[${position}]` : `r[${position}] === null ? null : d${a}(r[${position}])`};`,
    );
  });
  return compileFunction(
    scope,
    `return function hydrate(rows, maps, groups, overwrite) {
    ${setup.join('\n')}
    const n = rows.length, out = new Array(n);
    let k;
    for (let i = 0; i < n; i++) {
      const r = rows[i];
      ${body.join('\n')}
      out[i] = e0;
    }
    return out;
  };`,
  );
}

/** The same without generated code, and for rows of which only some fields were read. */
function interpret(
  { segments, annotations }: EntityShape,
  readers: readonly SegmentReader[],
  decoders: readonly (Decode | undefined)[],
): HydrateRows {
  const owners = segments.map((segment) => segments.indexOf(segment.parent!));
  const hydrateRow = (
    row: Row,
    maps: Maps,
    groups: readonly EntityGroup[],
    overwrite: Overwrite | undefined,
  ): object => {
    const found = readers.map((read, s) => read(row, maps[s]!, groups[s]!, overwrite));
    segments.forEach((segment, s) => {
      const owner = found[owners[s]!];
      if (needsLink(segment) && owner !== null && owner !== undefined) receiveLink(owner, segment.relation!, found[s]!);
    });
    annotations.forEach(({ name, position }, a) => {
      const raw = row[position];
      const decode = decoders[a];
      (found[0] as Record<string, unknown>)[name] = raw === null || decode === undefined ? raw : decode(raw);
    });
    return found[0]!;
  };
  return (rows, maps, groups, overwrite) => rows.map((row) => hydrateRow(row, maps, groups, overwrite));
}

/** The same where classes share the table: each row is read as one of its own class. */
function variantReader(
  { meta, positions, fields, presence }: Segment,
  variants: ReadonlyMap<unknown, Segment>,
  codecOf: (segment: Segment) => EntityCodec,
): SegmentReader {
  const at = positions[fields.indexOf(meta.inheritance!.discriminator)]!;
  const readers = new Map([...variants].map(([value, own]) => [value, readerOf(own, codecOf(own))]));
  return (row, map, group, overwrite) => {
    if (presence !== undefined && row[presence] === null) return null;
    const value = row[at];
    const read = readers.get(value);
    if (read === undefined) variantOf(meta, value);
    return read!(row, map, group, overwrite);
  };
}

/** Find or make the entity of one segment of a row. Of an entity that is known, only what it lacks is taken. */
function readerOf(segment: Segment, codec: EntityCodec): SegmentReader {
  const { meta, fields, positions, presence } = segment;
  const full = fields.length === meta.fields.length;
  const own = (row: Row): Row => positions.map((position) => row[position]);
  const shared = meta.inheritance !== undefined;
  const keyAt = full ? (row: Row) => codec.keyOfRow(own(row)) : partialKey(segment, codec);
  return (row, map, group, overwrite) => {
    if (presence !== undefined && row[presence] === null) return null;
    const key = keyAt(row);
    const known = map.get(key);
    if (known === undefined) {
      const entity = full ? new codec.construct(own(row), group) : codec.constructPartial(fields, own(row), group);
      map.set(key, entity);
      group.members.push(entity);
      return entity;
    }
    // What was read as another class stays what it is, until the session has forgotten it.
    if (shared && State.row(known) !== null && !isOf(known, meta)) return known;
    // Seen in this very result already: the usual case of a joined row.
    if (State.group(known) === group) return known;
    if (overwrite !== undefined) overwrite(meta, known, fields, own(row), group);
    else if (isPartial(known, meta.fields.length)) codec.fill(known, fields, own(row), group);
    else State.setGroup(known, group);
    group.members.push(known);
    return known;
  };
}

function isPartial(entity: object, width: number): boolean {
  const row = State.row(entity);
  if (row === null) return true;
  for (let i = 0; i < width; i++) if (row[i] === undefined) return true;
  return false;
}

/** The key of a row of which only some fields were read: they are at other places than in a whole one. */
function partialKey({ meta, fields, positions }: Segment, codec: EntityCodec): (row: Row) => unknown {
  return (row) => {
    const whole = Array.from<unknown>({ length: meta.fields.length });
    fields.forEach((field, i) => {
      whole[field.index] = row[positions[i]!];
    });
    return codec.keyOfRow(whole);
  };
}
