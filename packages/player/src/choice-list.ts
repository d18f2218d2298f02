/**
 * A list for menus of media-chrome, like `video.videoRenditions` of the Media UI Extensions proposal: an
 * array-like object that dispatches events for its changes. https://github.com/video-dev/media-ui-extensions
 */
export class ChoiceList<TItem extends object> extends EventTarget {
  [index: number]: TItem;
  #items: readonly TItem[] = [];
  #selectedIndex = -1;
  readonly #itemName: string;
  /** Receives the chosen index; -1 for automatic. */
  onChoose: (index: number) => void = () => {};

  /** `itemName`: used in event names, `addrendition` for `rendition`. */
  constructor(itemName: string) {
    super();
    this.#itemName = itemName;
  }

  get length(): number {
    return this.#items.length;
  }

  /** -1: automatic. */
  get selectedIndex(): number {
    return this.#selectedIndex;
  }

  set selectedIndex(index: number) {
    if (index === this.#selectedIndex) return;
    this.#selectedIndex = index;
    this.onChoose(index);
    this.dispatchEvent(new Event("change"));
  }

  /** Replaces all items. */
  replace(items: readonly TItem[], selectedIndex = -1): void {
    for (let index = items.length; index < this.#items.length; index += 1) delete this[index];
    Object.assign(this, items);
    this.#items = items;
    this.#selectedIndex = selectedIndex;
    this.dispatchEvent(new Event(`remove${this.#itemName}`));
    this.dispatchEvent(new Event(`add${this.#itemName}`));
    this.dispatchEvent(new Event("change"));
  }

  [Symbol.iterator](): Iterator<TItem> {
    return this.#items[Symbol.iterator]();
  }
}
