/**
 * Paths into JSON as SQLite, MySQL and MariaDB read them: `$."a"[0]`. Keys are quoted as JSON texts, so that whatever is in
 * them is part of the key.
 */
export function jsonPathText(steps: unknown): string {
  const legs = (steps as readonly (string | number)[]).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${JSON.stringify(step)}`,
  );
  return `$${legs.join('')}`;
}
