import { typeOf } from '../../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ArrayTestExpression,
  DatePart,
  Expression,
  InListExpression,
  JsonElementExpression,
  JsonExpression,
  MatchExpression,
  ParamExpression,
  SelectStatement,
  StringList,
} from '../../core/ast/expressions.ts';
import { InvalidValueError } from '../../utils/errors.ts';
import { SQLITE_LEXICON } from '../placeholders.ts';
import { encodeList } from '../json-lists.ts';
import { jsonPathText } from '../json-paths.ts';
import { SQLITE_FUNCTIONS } from './functions.ts';
import { lowerCase } from './fold-case.ts';
import { scaledInteger } from './decimals.ts';
import { isColumn, isDecimal, scaleOf, SQLiteDecimalCompiler } from './decimal-compiler.ts';

/** https://sqlite.org/lang_datefunc.html */
const FORMATS = { year: '%Y', month: '%m', day: '%d', dayOfYear: '%j', hour: '%H', minute: '%M', second: '%S' };

/** What SQLite writes its own way: lists, text matches, JSON, dates. */
export class SQLiteCompiler extends SQLiteDecimalCompiler {
  protected readonly lexicon = SQLITE_LEXICON;
  protected override placeholder(): string {
    return '?';
  }

  protected override limits(node: SelectStatement): string {
    // SQLite takes no OFFSET without a LIMIT; -1 is none.
    const limit =
      node.limit === undefined
        ? node.offset === undefined
          ? ''
          : ' LIMIT -1'
        : ` LIMIT ${this.expression(node.limit)}`;
    return node.offset === undefined ? limit : `${limit} OFFSET ${this.expression(node.offset)}`;
  }

  protected override distinct(left: string, right: string): string {
    return `${left} IS NOT ${right}`;
  }

  protected override real(sql: string): string {
    return `CAST(${sql} AS REAL)`;
  }

  protected override datePart(part: DatePart, sql: string): string {
    const number = (format: string): string => `CAST(strftime('${format}', ${sql}) AS INTEGER)`;
    // Sundays are 0.
    if (part === 'weekDay') return `((${number('%w')} + 6) % 7 + 1)`;
    if (part === 'quarter') return `((${number('%m')} + 2) / 3)`;
    return number(FORMATS[part]);
  }

  /** https://sqlite.org/json1.html: `json_type` tells null, which is a value, from nothing. */
  protected override json({ operand, path, as }: JsonExpression): string {
    const at = (): string => `${this.expression(operand)}, ${this.writer.bind(path, jsonPathText)}`;
    switch (as) {
      case 'json':
        return `(${this.expression(operand)} -> ${this.writer.bind(path, jsonPathText)})`;
      case 'text':
        return `CASE json_type(${at()}) WHEN 'text' THEN json_extract(${at()}) END`;
      case 'number':
        return `CASE WHEN json_type(${at()}) IN ('integer', 'real') THEN CAST(json_extract(${at()}) AS REAL) END`;
      case 'bool':
        return `CASE json_type(${at()}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`;
      default:
        return `(json_type(${at()}) = '${as}')`;
    }
  }

  protected override readonly arrayLength = 'json_array_length';

  /** Both sides are in the form in which arrays are stored. */
  protected override arrayTest({ operator, operand, list }: ArrayTestExpression): string {
    const column = (): string => this.expression(operand);
    const given = (): string => this.writer.bind(list, this.encoder({ kind: 'array', of: list.type }));
    if (operator === 'overlaps')
      return `EXISTS (SELECT 1 FROM json_each(${column()}) AS e WHERE e.value IN (SELECT value FROM json_each(${given()})))`;
    const items = (): string => `SELECT value FROM json_each(${column()}) WHERE value IS NOT NULL`;
    return `(${column()} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(${given()}) AS e WHERE e.value NOT IN (${items()})))`;
  }

  protected override jsonElement({ array, as, element }: JsonElementExpression): string {
    const at = (): string => `${this.expression(array.operand)}, ${this.writer.bind(array.path, jsonPathText)}`;
    const isArray = `json_type(${at()}) = 'array'`;
    const from = `FROM json_each(${at()}) AS e`;
    return `(${isArray} AND EXISTS (SELECT 1 ${from} WHERE ${this.isElement(as, element)}))`;
  }

  private isElement(as: JsonElementExpression['as'], element: ParamExpression): string {
    if (as === 'null') return "e.type = 'null'";
    if (as === 'bool') return `e.type = ${this.writer.bind(element, (value) => String(value))}`;
    const types = as === 'text' ? "= 'text'" : "IN ('integer', 'real')";
    return `e.type ${types} AND e.value = ${this.writer.bind(element, (value) => value)}`;
  }

  protected override inList({ operand, list }: InListExpression): string {
    const { type } = list;
    const whole = isDecimal(typeOf(operand).type) && !isColumn(operand);
    const left = whole ? this.scaled(operand, scaleOf(type)) : this.operand(operand);
    const values = this.writer.bind(
      list,
      encodeList(
        whole ? { kind: 'bigint' } : type,
        whole ? (value) => scaledInteger(value as string, scaleOf(type)) : this.encoder(type),
      ),
    );
    return `${left} IN (SELECT ${type.kind === 'binary' ? 'unhex(value)' : 'value'} FROM json_each(${values}))`;
  }

  /**
   * Case-sensitive matches use GLOB, whose prefixes an index serves; LIKE is case-insensitive here, and for ASCII
   * only, so matches that ignore case compare both sides in lower case by Unicode.
   */
  protected override match({ operator, insensitive, operand, pattern }: MatchExpression): string {
    const text = this.expression(operand);
    const subject = insensitive && operator !== 'regex' ? `blaze_lower(${text})` : text;
    if (operator === 'regex') return this.regex(text, insensitive, pattern);
    if (pattern.kind !== 'param')
      return this.matchExpression(
        operator,
        subject,
        insensitive ? `blaze_lower(${this.expression(pattern)})` : this.expression(pattern),
      );
    const fold = (value: unknown): string => (insensitive ? lowerCase(value as string) : (value as string));
    if (operator === 'exact') return `${subject} = ${this.writer.bind(pattern, fold)}`;
    const [before, after] = [operator === 'startsWith' ? '' : '*', operator === 'endsWith' ? '' : '*'];
    return `${subject} GLOB ${this.writer.bind(pattern, (value) => `${before}${escapeGlob(fold(value))}${after}`)}`;
  }

  protected matchExpression(
    operator: 'exact' | 'contains' | 'startsWith' | 'endsWith',
    subject: string,
    pattern: string,
  ): string {
    switch (operator) {
      case 'exact':
        return `${subject} = ${pattern}`;
      case 'contains':
        return `instr(${subject}, ${pattern}) > 0`;
      case 'startsWith':
        return `instr(${subject}, ${pattern}) = 1`;
      case 'endsWith':
        return `blaze_ends_with(${subject}, ${pattern})`;
    }
  }

  protected regex(text: string, insensitive: boolean, pattern: Expression): string {
    const given =
      pattern.kind === 'param'
        ? this.writer.bind(pattern, (value) => checkedPattern(value as string, pattern))
        : this.expression(pattern);
    return `blaze_regexp(${text}, ${given}, ${insensitive ? "'iu'" : "'u'"})`;
  }

  protected override readonly functions = SQLITE_FUNCTIONS;

  protected override stringAgg({ argument, distinct }: AggregateExpression, list: StringList): string {
    if (distinct) throw this.unsupported('to put each text once in a row (stringAgg with { distinct: true })');
    const order = list.orderBy.length === 0 ? '' : ` ORDER BY ${this.orders(list.orderBy)}`;
    return `GROUP_CONCAT(${this.expression(argument!)}, '${list.separator.replaceAll("'", "''")}'${order})`;
  }
}

/** GLOB's special characters stand for themselves inside brackets. */
function escapeGlob(text: string): string {
  return text.replace(/[*?[]/g, '[$&]');
}

function checkedPattern(pattern: string, { label }: ParamExpression): string {
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch {
    // The engine's own error would quote the pattern.
    throw new InvalidValueError(
      `${label.model}.${label.field} was given a regular expression that is not valid.`,
      label,
    );
  }
}
