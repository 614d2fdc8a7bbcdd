import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { RawExpression } from '../../core/ast/expressions.ts';
import type { Statement } from '../../core/ast/statements.ts';
import type { ValueType } from '../../core/value-types.ts';
import type { Codec, CompiledStatement, Dialect } from '../dialect.ts';
import type { DialectFeatures } from '../features.ts';
import { postgresCodec } from './codecs.ts';
import { PostgresCompiler } from './compiler.ts';
import { PostgresDdlCompiler } from './ddl.ts';

/** PostgreSQL 15 and later. */
export class PostgresDialect implements Dialect {
  readonly name = 'PostgreSQL';
  readonly features: DialectFeatures = Object.freeze({
    nullKeyGenerates: false,
    bulk: 'lists',
    returning: true,
    conflictTarget: true,
    fullText: true,
    forwardReferences: false,
    deletesSelfReferences: true,
    indexesInTable: false,
    transactionalDdl: true,
    rowsPerUpdate: 1,
    limitsInText: true,
    maxParameters: 65_535,
    dropCircles: undefined,
  });
  readonly #codecs = new WeakMap<ValueType, Codec>();

  codec(type: ValueType): Codec {
    let codec = this.#codecs.get(type);
    if (codec === undefined) this.#codecs.set(type, (codec = postgresCodec(type)));
    return codec;
  }

  compile(statement: Statement): CompiledStatement {
    return new PostgresCompiler(this).compile(statement);
  }

  compileRaw(node: RawExpression): CompiledStatement {
    return new PostgresCompiler(this).compileRaw(node);
  }

  ddl(statement: DdlStatement): string {
    return new PostgresDdlCompiler(this).compile(statement);
  }

  quote(...names: readonly string[]): string {
    return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  }
}
