import type { EntityGroup } from '../core/loader.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { EntityShape, Segment } from '../query/plan.ts';
import type { EntityCodec } from './entity-codec.ts';
import type { IdentityMap } from './identity-map.ts';

/** What one segment of a shape does to one row: find or make its entity; null where a joined row is missing. */
type SegmentReader = (row: Row, map: Map<unknown, object>, group: EntityGroup) => object | null;

/** Sets one computed value on the entity of the root. */
type Annotate = (entity: Record<string, unknown>, row: Row) => void;

/**
 * Rows of one shape to entities: made once per shape. Each row's key is looked up in the identity map; what is there
 * keeps its values, and lacks are filled. A related entity needs no pointer: its owner's key finds it in the map.
 */
export class Hydrator {
  readonly #segments: readonly Segment[];
  readonly #readers: readonly SegmentReader[];
  readonly #annotations: readonly Annotate[];
  /** Segments whose entity its owner cannot find by key, so that it is linked: the other side of a one-to-one. */
  readonly #linked: readonly { readonly position: number; readonly owner: number; readonly index: number }[];

  constructor(shape: EntityShape, dialect: Dialect, codecOf: (segment: Segment) => EntityCodec) {
    this.#segments = shape.segments;
    this.#readers = shape.segments.map((segment) => readerOf(segment, codecOf(segment), shape.segments.length === 1 && shape.annotations.length === 0));
    this.#annotations = shape.annotations.map(({ name, position, type }) => {
      const decode = dialect.codec(type).decode as ((raw: unknown) => unknown) | undefined;
      return (entity, row) => {
        const raw = row[position];
        entity[name] = raw === null || decode === undefined ? raw : decode(raw);
      };
    });
    this.#linked = shape.segments.flatMap((segment, position) =>
      segment.relation === undefined || (segment.relation.owning && segment.relation.targetField.primaryKey)
        ? []
        : [{ position, owner: shape.segments.indexOf(segment.parent!), index: segment.relation.index }],
    );
  }

  /** One group per segment: entities that come together know each other. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  hydrate(rows: readonly Row[], identityMap: IdentityMap, groups: readonly EntityGroup[]): object[] {
    const read = this.#readers[0]!;
    const map = identityMap.of(this.#segments[0]!.meta);
    const group = groups[0]!;
    const entities: object[] = Array.from({ length: rows.length });
    if (this.#segments.length === 1) {
      for (let i = 0; i < rows.length; i++) entities[i] = read(rows[i]!, map, group)!;
    } else {
      const maps = this.#segments.map((segment) => identityMap.of(segment.meta));
      for (let i = 0; i < rows.length; i++) entities[i] = this.#hydrateJoined(rows[i]!, maps, groups);
    }
    for (const annotate of this.#annotations) {
      for (let i = 0; i < rows.length; i++) annotate(entities[i] as Record<string, unknown>, rows[i]!);
    }
    return entities;
  }

  #hydrateJoined(row: Row, maps: readonly Map<unknown, object>[], groups: readonly EntityGroup[]): object {
    const readers = this.#readers;
    const root = readers[0]!(row, maps[0]!, groups[0]!)!;
    if (this.#linked.length === 0) {
      for (let s = 1; s < readers.length; s++) readers[s]!(row, maps[s]!, groups[s]!);
      return root;
    }
    const found: (object | null)[] = [root];
    for (let s = 1; s < readers.length; s++) found.push(readers[s]!(row, maps[s]!, groups[s]!));
    for (const { position, owner, index } of this.#linked) {
      const from = found[owner];
      if (from !== null && from !== undefined) State.setLink(from, index, found[position]);
    }
    return root;
  }
}

/** `whole`: the row is this segment's alone, and becomes the snapshot without a copy. */
function readerOf(segment: Segment, codec: EntityCodec, whole: boolean): SegmentReader {
  const { meta, fields, offset } = segment;
  const end = offset + fields.length;
  const full = fields.length === meta.fields.length;
  const { keyOfRow } = codec;
  const Construct = codec.construct;
  const own = (row: Row): Row => (whole ? row : row.slice(offset, end));
  const reuse = (entity: object, row: Row, group: EntityGroup): object => {
    // Seen in this very result already: the usual case of a joined row.
    if (State.group(entity) === group) return entity;
    if (isPartial(entity, meta.fields.length)) codec.fill(entity, fields, own(row), group);
    else State.setGroup(entity, group);
    group.members.push(entity);
    return entity;
  };
  if (!full) {
    const keyAt = partialKey(segment, codec);
    return (row, map, group) => {
      const key = keyAt(row);
      const known = map.get(key);
      if (known !== undefined) return reuse(known, row, group);
      const entity = codec.constructPartial(fields, own(row), group);
      map.set(key, entity);
      group.members.push(entity);
      return entity;
    };
  }
  return (row, map, group) => {
    const key = keyOfRow(row, offset);
    if (key === null) return null;
    const known = map.get(key);
    if (known !== undefined) return reuse(known, row, group);
    const entity = new Construct(whole ? row : row.slice(offset, end), group);
    map.set(key, entity);
    group.members.push(entity);
    return entity;
  };
}

function isPartial(entity: object, width: number): boolean {
  const row = State.row(entity);
  if (row === null) return true;
  for (let i = 0; i < width; i++) if (row[i] === undefined) return true;
  return false;
}

/** The key of a row of which only some fields were read: they are at other places than in a whole one. */
function partialKey({ meta, fields, offset }: Segment, codec: EntityCodec): (row: Row) => unknown {
  const positions = fields.map((field) => field.index);
  return (row) => {
    const whole = Array.from<unknown>({ length: meta.fields.length });
    positions.forEach((index, i) => {
      whole[index] = row[offset + i];
    });
    return codec.keyOfRow(whole, 0);
  };
}
