/* global document, fetch, navigator, setTimeout */

const refreshMs = 1_000;
const copiedMs = 1_500;

/** Sets every cell as text, so nothing that the sandbox sends can become markup. */
function row(...cells) {
  const tr = document.createElement('tr');
  for (const { text, number = false } of cells) {
    const td = document.createElement('td');
    td.textContent = text;
    if (number) td.className = 'number';
    tr.append(td);
  }
  return tr;
}

function byId(id) {
  return document.getElementById(id);
}

/** Updates only what changed, so that the reader's selection stays. */
const shown = new Map();
function changed(part, value) {
  const text = JSON.stringify(value);
  if (shown.get(part) === text) return false;
  shown.set(part, text);
  return true;
}

function show({ windows, ledger, faults }) {
  const rows = windows.map(({ operation, token, limit, remaining, resets_in_ms: ms }) => [
    { text: `${operation}, ${token}` },
    { text: `${remaining} of ${limit}`, number: true },
    { text: ms === null ? '–' : `${Math.ceil(ms / 1_000)} s`, number: true },
  ]);
  if (changed('windows', rows)) byId('windows').replaceChildren(...rows.map((cells) => row(...cells)));

  if (changed('ledger', ledger)) {
    byId('bookings').textContent = ledger.bookings;
    byId('bookings-noun').textContent = ledger.bookings === 1 ? 'booking' : 'bookings';
    byId('ledger').replaceChildren(
      ...ledger.latest.map((entry) =>
        row(
          { text: entry.order_id },
          { text: `${entry.synced_at.slice(0, 19).replace('T', ' ')} UTC` },
          { text: entry.token },
        ),
      ),
    );
  }

  if (changed('faults', faults)) {
    byId('faults').hidden = faults.length === 0;
    byId('faults').textContent = `Active faults: ${faults
      .map(
        ({ kind, operation, requests }) => `${kind} on ${operation ?? 'any operation'} (${requests} to come)`,
      )
      .join(', ')}.`;
  }
}

async function refresh() {
  let connection = 'Live.';
  try {
    show(await (await fetch('/sandbox/status')).json());
  } catch {
    connection = 'The sandbox does not answer. Retrying.';
  }
  if (changed('connection', connection)) byId('connection').textContent = connection;
  setTimeout(refresh, refreshMs);
}

/** Copying needs a secure context, such as loopback; elsewhere the reader can select the text. */
if (navigator.clipboard) {
  for (const copyable of document.querySelectorAll('.copyable')) {
    const button = copyable.querySelector('button');
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(copyable.querySelector('code').textContent);
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = 'Copy'), copiedMs);
    });
  }
}

await refresh();
