import type { DialectId } from '../../dialects/dialect.ts';

/** A type as DDL writes it, in parts. */
interface Parts {
  readonly name: string;
  readonly size: number | undefined;
  readonly scale: number | undefined;
}

/** Whether rows of one type are rows of the other as they are: nothing is written or looked at. */
type IsFree = (from: Parts, to: Parts) => boolean;

const widens = (from: Parts, to: Parts): boolean =>
  to.size === undefined || (from.size !== undefined && to.size >= from.size);

/** https://www.postgresql.org/docs/current/sql-altertable.html, its notes on what is rewritten. */
const POSTGRES: IsFree = (from, to) => {
  const isText = (name: string): boolean => name === 'varchar' || name === 'text' || name === 'citext';
  if (from.name === 'varchar' && to.name === 'varchar') return widens(from, to);
  if (isText(from.name) && isText(to.name)) return to.size === undefined && to.name !== 'citext';
  if (from.name === 'numeric' && to.name === 'numeric')
    return to.size === undefined || (widens(from, to) && from.scale === to.scale);
  return from.name === to.name && SIZED.has(from.name) && widens(from, to);
};

const SIZED = new Set(['timestamp', 'timestamptz', 'time', 'varbit']);

/** Characters of four bytes whose length fits into one byte. */
const SHORT = 63;
/** And those that MariaDB can lengthen beyond it. */
const SHORTEST = 31;

const isVarchar = (from: Parts, to: Parts): boolean =>
  from.name === 'varchar' && to.name === 'varchar' && to.size !== undefined && widens(from, to);

const MYSQL: IsFree = (from, to) => isVarchar(from, to) && from.size! <= SHORT === to.size! <= SHORT;
const MARIADB: IsFree = (from, to) => MYSQL(from, to) || (isVarchar(from, to) && from.size! <= SHORTEST);

const FREE: Readonly<Record<DialectId, IsFree>> = {
  sqlite: () => false,
  postgres: POSTGRES,
  mysql: MYSQL,
  mariadb: MARIADB,
};

/** Whether a column becomes one of another type without a look at its rows. */
export function isFreeChange(id: DialectId, from: string, to: string): boolean {
  return FREE[id](partsOf(from), partsOf(to));
}

/** Whether values may not fit any more. */
export function isNarrower(from: string, to: string): boolean {
  const [old, fresh] = [partsOf(from), partsOf(to)];
  const ranks = [INTEGERS.indexOf(old.name), INTEGERS.indexOf(fresh.name)] as const;
  if (ranks[0] >= 0 && ranks[1] >= 0) return ranks[1] < ranks[0];
  if (TEXTS.has(fresh.name) && fresh.size !== undefined)
    return TEXTS.has(old.name) && (old.size === undefined || old.size > fresh.size);
  if (fresh.name === old.name && fresh.size !== undefined)
    return (
      old.size === undefined ||
      old.size - (old.scale ?? 0) > fresh.size - (fresh.scale ?? 0) ||
      (old.scale ?? 0) > (fresh.scale ?? 0)
    );
  return false;
}

const INTEGERS = ['smallint', 'int', 'bigint'];
const TEXTS = new Set(['varchar', 'text', 'longtext', 'char']);
const OTHER_NAMES: Readonly<Record<string, string>> = {
  integer: 'int',
  int4: 'int',
  int8: 'bigint',
  int2: 'smallint',
  bpchar: 'char',
  decimal: 'numeric',
  'character varying': 'varchar',
  'timestamp with time zone': 'timestamptz',
};

function partsOf(type: string): Parts {
  const [, name = type, size, scale] =
    /^([^(]+?)\s*(?:\((\d+)(?:\s*,\s*(\d+))?\))?$/.exec(type.trim().toLowerCase()) ?? [];
  const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  return { name: OTHER_NAMES[name] ?? name, size: number(size), scale: number(scale) };
}
