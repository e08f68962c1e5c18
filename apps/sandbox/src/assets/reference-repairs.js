/* global document, MutationObserver */
/**
 * Repairs what keeps people with a screen reader or without a mouse out of Scalar's reference. Scalar redraws while one
 * reads, so the repairs run again after every change.
 */
const repairs = {
  // The current entry of the sidebar is a button, not a selected option.
  'button[aria-selected]:not([role])': (button) => {
    if (button.getAttribute('aria-selected') === 'true') button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    button.removeAttribute('aria-selected');
  },
  // Buttons choose the language: a tab list may contain only tabs, but its last entry opens a menu.
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
  // The Tab key reaches one tab of a list, but every button.
  '.client-libraries-list [role=button][tabindex="-1"]': (button) => {
    button.tabIndex = 0;
  },
  // A search region has no name; a button is named by its text.
  'button[role=search]': (button) => {
    button.removeAttribute('role');
  },
  'button.scalar-code-copy:not([aria-label])': (button) => {
    button.setAttribute('aria-label', 'Copy this sample');
  },
  // The button in the header of a model copies its link. It is nested in another button, where only a mouse can use it;
  // the sidebar links to the same place.
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
