import { databasesSoFar } from '../../adapters/statement-database.ts';

let earlier = 0;

/** Files of cases may share a process: what databases of earlier ones still do is none of the next one's business. */
export function beginFile(): void {
  earlier = databasesSoFar();
}

/** Whether a database was opened since this file began. */
export const isOfThisFile = ({ id }: { readonly id: number }): boolean => id > earlier;
