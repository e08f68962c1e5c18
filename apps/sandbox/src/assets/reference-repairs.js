/* global document, MutationObserver */
/**
 * Puts right what keeps Scalar's reference from people who use a screen reader or no mouse. It draws anew as one reads,
 * so whatever it adds or changes is looked at again; what is right already is left alone.
 */
const repairs = {
  // A button that is the current place is not a selected option.
  'button[aria-selected]:not([role])': (button) => {
    if (button.getAttribute('aria-selected') === 'true') button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    button.removeAttribute('aria-selected');
  },
  // Languages are chosen by buttons: a list of tabs may hold nothing else, and the last one opens a menu.
  '.client-libraries-list[role=tablist]': (list) => {
    list.setAttribute('role', 'group');
    list.removeAttribute('aria-orientation');
  },
  '.client-libraries-list [role=tab]': (tab) => {
    tab.setAttribute('role', 'button');
  },
  '.client-libraries-list [role=button][aria-selected]': (button) => {
    button.setAttribute('aria-pressed', button.getAttribute('aria-selected'));
    button.removeAttribute('aria-selected');
  },
  // Of tabs only one is reached with the Tab key; of buttons each.
  '.client-libraries-list [role=button][tabindex="-1"]': (button) => {
    button.tabIndex = 0;
  },
  // A search region has no name of its own; a button has, from what it says.
  'button[role=search]': (button) => {
    button.removeAttribute('role');
  },
  'button.scalar-code-copy:not([aria-label])': (button) => {
    button.setAttribute('aria-label', 'Copy this sample');
  },
  // The button in the header of a model copies its address. It stands inside another button, where only a mouse can use
  // it; everybody else gets the address from the sidebar, whose entries lead to it.
  '.collapsible-section-trigger button:not([role=img])': (button) => {
    button.setAttribute('role', 'img');
    button.setAttribute('aria-hidden', 'true');
    button.tabIndex = -1;
  },
  '.endpoints:not([tabindex])': (list) => {
    list.tabIndex = 0;
  },
};

function repair() {
  for (const [selector, put] of Object.entries(repairs)) {
    for (const element of document.querySelectorAll(selector)) put(element);
  }
}

new MutationObserver(repair).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ['aria-selected', 'role', 'aria-label', 'tabindex'],
});
repair();
