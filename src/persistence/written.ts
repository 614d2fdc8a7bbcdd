import type { ModelMeta } from '../core/metadata.ts';
import type { HookContext } from '../core/types/index.ts';

/** One entity that a flush writes, as hooks are told of it. */
export interface Written {
  readonly meta: ModelMeta;
  readonly entity: object;
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly changes: HookContext['changes'];
}
