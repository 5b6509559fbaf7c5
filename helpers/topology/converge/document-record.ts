import { saveDocument, type TopologyDocument } from '../document.ts';

/** Changes a topology's document, and saves it after each change, in their order. */
export class DocumentRecord {
  #document: TopologyDocument;
  #saved: Promise<void> = Promise.resolve();

  constructor(document: TopologyDocument) {
    this.#document = document;
  }

  get document(): TopologyDocument {
    return this.#document;
  }

  /** Resolves when the changed document is in the state directory. */
  async change(edit: (document: TopologyDocument) => Partial<TopologyDocument>): Promise<void> {
    this.#document = { ...this.#document, ...edit(this.#document) };
    const save = async () => await saveDocument(this.#document);
    this.#saved = this.#saved.then(save, save);
    await this.#saved;
  }
}

/** Returns a list with an entry added, or with the entry of the same name replaced, in the order of `names`. */
export function withEntry<T>(
  list: readonly T[],
  entry: T,
  nameOf: (one: T) => string,
  names: readonly string[],
): T[] {
  const rank = (one: T) => names.indexOf(nameOf(one));
  const others = list.filter((one) => nameOf(one) !== nameOf(entry));
  return [...others, entry].toSorted((one, other) => rank(one) - rank(other));
}
