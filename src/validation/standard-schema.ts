/**
 * The part of the Standard Schema interface that validation libraries share, version 1 (https://standardschema.dev): a
 * property `~standard` with a function that gives a value or issues.
 */
export interface StandardValidator {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

/** The value, which the schema may have made another; or what is wrong with it. */
export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** What is wrong; `path` leads to the part that is meant, each step a key or an object that holds it. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether a validator is a Standard Schema: some libraries' are functions. */
export function isStandard(value: unknown): value is StandardValidator {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = (value as { '~standard'?: unknown })['~standard'];
  return (
    typeof standard === 'object' &&
    standard !== null &&
    typeof (standard as { validate?: unknown }).validate === 'function'
  );
}

/** The path of an issue as one text: `sizes.0`. */
export function pathOf({ path = [] }: StandardIssue): string {
  return path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
}
