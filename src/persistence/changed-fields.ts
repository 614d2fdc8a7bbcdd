/**
 * A set of changed fields, as their positions in ascending order. Equal sets are one object, so rows that changed alike
 * are found by identity, and what their UPDATE needs is made once. The sets of a model are a tree, of which this is a node.
 */
export class ChangedFields {
  readonly indexes: readonly number[];
  readonly #more: ChangedFields[] = [];

  constructor(indexes: readonly number[] = []) {
    this.indexes = indexes;
  }

  /** This set and one position after its last. */
  with(index: number): ChangedFields {
    return (this.#more[index] ??= new ChangedFields([...this.indexes, index]));
  }
}
