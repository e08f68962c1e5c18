import { createHash } from 'node:crypto';
import type { PersonalData } from '@wemasy-orders/presentation';
import { html, type Markup } from './html.js';
import { linkPath } from './link-path.js';
import { styles } from './styles.js';

/** A sentence at the top of a page. */
export interface Notice {
  readonly kind: 'done' | 'fault';
  readonly text: string;
  /** What else is known, a sentence each. */
  readonly details?: readonly string[];
}

/** Nothing is loaded, no script runs, and no other page shows this one inside itself. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function page(title: string, notice: Notice | undefined, content: Markup): string {
  const isFault = notice?.kind === 'fault';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${isFault ? `Error: ${title}` : title} – Wemasy Orders</title>
        <link rel="icon" href="data:," />
        ${{ markup: `<style>${styles}</style>` }}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${notice && noticeMarkup(notice)} ${content}
        </main>
      </body>
    </html>`.markup;
}

function noticeMarkup({ kind, text, details = [] }: Notice): Markup {
  return html`<div class="notice ${kind}" role="${kind === 'fault' ? 'alert' : 'status'}">
    <p>${text}</p>
    ${details.map((detail) => html`<p>${detail}</p>`)}
  </div>`;
}

export function signInPage(notice?: Notice): string {
  return page(
    'Link your shop',
    notice,
    html`<p>
        An assistant that you connected to this server can list the orders of your Wemasy webshop and send
        them to SnelStart once the shop is linked.
      </p>
      <p>Sign in with the same account that you connected the assistant with.</p>
      <p><a class="button" href="${linkPath}/sign-in">Sign in</a></p>`,
  );
}

/** A page that has nothing to offer but its notice. */
export function noticePage(title: string, notice: Notice): string {
  return page(title, notice, html`<p><a href="${linkPath}">Back to the start</a></p>`);
}

export interface Visitor {
  readonly subject: string;
  readonly csrf: string;
}

/** The operator's file decides about this identity. */
export function operatorsShopPage({ subject, csrf }: Visitor, account: string): string {
  return page(
    'Your shop is linked',
    undefined,
    html`<p>The operator of this server has linked the shop “${account}” to your account (${subject}).</p>
      ${signOutForm(csrf)}`,
  );
}

/** What the form shows; never a token. */
export interface ShownLink {
  readonly account: string;
  readonly linkedAt: string;
}

export interface LinkChoices {
  readonly personalData: PersonalData;
  readonly readOnly: boolean;
}

const personalDataChoices: readonly (readonly [PersonalData, string, string])[] = [
  ['none', 'None', 'Orders without names, addresses, e-mail and notes.'],
  ['names', 'Names', 'The name of the customer, nothing else about them.'],
  ['full', 'Everything', 'Addresses, e-mail, phone numbers and notes, too.'],
];

export function shopPage(
  visitor: Visitor,
  link: ShownLink | undefined,
  choices: LinkChoices,
  notice?: Notice,
): string {
  const isLinked = link !== undefined;
  return page(
    isLinked ? 'Your shop is linked' : 'Link your shop',
    notice,
    html`<p>You are signed in as ${visitor.subject}.</p>
      ${link && html`<p>Account ${link.account}, linked on ${link.linkedAt.slice(0, 10)}.</p>`}
      <form method="post" action="${linkPath}" autocomplete="off">
        ${csrfField(visitor.csrf)}
        <label for="token">${isLinked ? 'New API token' : 'API token of the shop'}</label>
        <p class="hint" id="token-hint">
          ${
            isLinked
              ? 'Leave it empty to keep the present one, which is never shown.'
              : 'You find it in Wemasy. It is tried with one list of orders, then stored encrypted, and never shown again. If a colleague has linked this shop here, use the same token, so that no order is sent twice.'
          }
        </p>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          aria-describedby="token-hint"
          ${{ markup: isLinked ? '' : 'required' }}
        />
        ${
          isLinked
            ? choice('Which shop is the new token of?', 'same_shop', undefined, [
                ['yes', 'The same shop', 'Orders that were sent before are not sent again.'],
                ['no', 'Another shop', 'It begins with a journal of its own.'],
              ])
            : undefined
        }
        ${choice('Customer data that the assistant sees', 'personal_data', choices.personalData, personalDataChoices)}
        ${choice('What the assistant may do', 'read_only', choices.readOnly ? 'yes' : 'no', [
          ['no', 'List orders and send them to SnelStart', 'You still confirm in the assistant.'],
          ['yes', 'List orders only', 'Nothing is changed.'],
        ])}
        <button type="submit">${isLinked ? 'Save' : 'Link the shop'}</button>
      </form>
      ${
        isLinked
          ? html`<form method="post" action="${linkPath}/unlink">
              ${csrfField(visitor.csrf)}
              <button type="submit" class="danger">Unlink the shop</button>
            </form>`
          : undefined
      }
      ${signOutForm(visitor.csrf)}`,
  );
}

function choice(
  legend: string,
  name: string,
  chosen: string | undefined,
  options: readonly (readonly [value: string, label: string, meaning: string])[],
): Markup {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${options.map(
      ([value, label, meaning]) =>
        html`<div class="choice">
          <input
            type="radio"
            id="${name}-${value}"
            name="${name}"
            value="${value}"
            aria-describedby="${name}-${value}-meaning"
            ${{ markup: value === chosen ? 'checked' : '' }}
          />
          <label for="${name}-${value}">${label}</label>
          <p class="hint" id="${name}-${value}-meaning">${meaning}</p>
        </div>`,
    )}
  </fieldset>`;
}

function signOutForm(csrf: string): Markup {
  return html`<form method="post" action="${linkPath}/sign-out">
    ${csrfField(csrf)}
    <button type="submit" class="quiet">Sign out</button>
  </form>`;
}

function csrfField(csrf: string): Markup {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}
