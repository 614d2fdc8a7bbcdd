import { context, SpanKind, trace } from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { StatementTracing } from '../../adapters/observers.ts';
import type { StatementEvent } from '../../adapters/statement-events.ts';
import type { RetryEvent, UnitEvent } from '../../persistence/unit-events.ts';
import type { UnitTracing } from '../../persistence/units.ts';
import type { ReportedOnce } from '../../utils/reported-once.ts';
import { errorAttributes, errorStatus } from './errors.ts';
import { ATTRIBUTE, OWN_ATTRIBUTE } from './names.ts';
import type { StatementShapes } from './statement-shape.ts';

/** What spans are made of. */
export interface SpanChoices {
  /** Only inside of a span of the application. */
  readonly requireParent: boolean;
  /** With the text of statements. */
  readonly queryText: boolean;
  /** With the number of rows that were read. */
  readonly returnedRows: boolean;
}

/**
 * A span for each statement, and for each transaction, savepoint and flush around them. While a statement is under way its span is the active one,
 * so that what is told to the database, or done by the driver, belongs to it.
 */
export class Spans implements StatementTracing, UnitTracing {
  readonly #tracer: Tracer;
  readonly #database: Attributes;
  readonly #shapes: StatementShapes;
  readonly #choices: SpanChoices;
  readonly #faults: ReportedOnce;
  readonly #open = new WeakMap<object, Span>();

  constructor(
    tracer: Tracer,
    database: Attributes,
    shapes: StatementShapes,
    choices: SpanChoices,
    faults: ReportedOnce,
  ) {
    this.#tracer = tracer;
    this.#database = database;
    this.#shapes = shapes;
    this.#choices = choices;
    this.#faults = faults;
  }

  around<T>(event: StatementEvent | UnitEvent, run: () => T): T {
    const span = this.#begin(event);
    return span === undefined ? run() : context.with(trace.setSpan(context.active(), span), run);
  }

  /** What `around` has begun is over. */
  readonly end = (event: StatementEvent | UnitEvent | RetryEvent): void => {
    if (event.kind === 'retry') return this.#retry(event);
    const span = this.#open.get(event);
    if (span === undefined) return;
    this.#open.delete(event);
    span.setAttributes(this.#endAttributes(event));
    if (event.error !== undefined) span.setStatus(errorStatus(event.error));
    span.end();
  };

  /** A fault of an exporter or a sampler is no fault of the statement. */
  #begin(event: StatementEvent | UnitEvent): Span | undefined {
    if (this.#choices.requireParent && trace.getActiveSpan() === undefined) return undefined;
    try {
      const span = isUnit(event) ? this.#beginUnit(event) : this.#beginStatement(event);
      this.#open.set(event, span);
      return span;
    } catch (error) {
      this.#faults.report(error);
      return undefined;
    }
  }

  #beginStatement(event: StatementEvent): Span {
    const { spanName, attributes, queryText } = this.#shapes.of(event);
    const { runs } = event;
    return this.#tracer.startSpan(spanName, {
      kind: SpanKind.CLIENT,
      attributes: {
        ...attributes,
        ...(this.#choices.queryText && queryText !== undefined && { [ATTRIBUTE.queryText]: queryText }),
        ...(runs > 1 && { [ATTRIBUTE.batchSize]: runs }),
        ...ownerOf(event),
      },
    });
  }

  #beginUnit(event: UnitEvent): Span {
    const name = event.kind === 'flush' ? 'flush' : event.nested ? 'savepoint' : 'transaction';
    const { session, correlationId } = event;
    const attributes = { ...this.#database, ...ownerOf({ session, correlationId }), ...unitAttributes(event) };
    return this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes });
  }

  #endAttributes(event: StatementEvent | UnitEvent): Attributes {
    const failure = event.error === undefined ? {} : errorAttributes(event.error);
    if (event.kind === 'transaction') return { ...failure, ...ownerOf(event), [OWN_ATTRIBUTE.outcome]: event.outcome };
    if (event.kind === 'flush') return failure;
    const { rows, kind } = event;
    if (!this.#choices.returnedRows || kind !== 'read' || rows === undefined) return failure;
    return { ...failure, [ATTRIBUTE.returnedRows]: rows };
  }

  #retry({ attempts, error }: RetryEvent): void {
    const attributes = { [OWN_ATTRIBUTE.attempts]: attempts, ...errorAttributes(error) };
    trace.getActiveSpan()?.addEvent('transaction is run again', attributes);
  }
}

function isUnit(event: StatementEvent | UnitEvent): event is UnitEvent {
  return event.kind === 'transaction' || event.kind === 'flush';
}

/** Whose it is: what logs say too. */
function ownerOf(owner: Partial<Pick<StatementEvent, 'session' | 'transaction' | 'correlationId'>>): Attributes {
  const { session, transaction, correlationId } = owner;
  return {
    ...(session !== undefined && { [OWN_ATTRIBUTE.session]: session }),
    ...(transaction !== undefined && { [OWN_ATTRIBUTE.transaction]: transaction }),
    ...(correlationId !== undefined && { [OWN_ATTRIBUTE.correlationId]: correlationId }),
  };
}

function unitAttributes(event: UnitEvent): Attributes {
  if (event.kind === 'flush') {
    const { inserted, updated, deleted } = event;
    return {
      [OWN_ATTRIBUTE.inserted]: inserted,
      [OWN_ATTRIBUTE.updated]: updated,
      [OWN_ATTRIBUTE.deleted]: deleted,
    };
  }
  const { nested, readOnly, isolation } = event;
  return {
    ...(nested && { [OWN_ATTRIBUTE.nested]: true }),
    ...(readOnly && { [OWN_ATTRIBUTE.readOnly]: true }),
    ...(isolation !== undefined && { [OWN_ATTRIBUTE.isolation]: isolation }),
  };
}
