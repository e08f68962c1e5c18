type Child = Node | string;

/**
 * A new element. Texts become text nodes, whatever they hold: this and `textContent` are the only ways in which data
 * reaches the page.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}

export function button(label: string, onClick: () => void, name = label): HTMLButtonElement {
  const created = element('button', { type: 'button', 'aria-label': name }, label);
  created.addEventListener('click', onClick);
  return created;
}

/** A word on a colour of its own. The colour only repeats what the word says. */
export function badge(text: string, tone: Tone): HTMLSpanElement {
  return element('span', { class: `badge ${tone}` }, text);
}

export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'quiet';

/** An element of the page as it is served. */
export function part<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${id}`);
  return found;
}
