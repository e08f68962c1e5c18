export { accountNameFault, normalizeAccountName } from './account-name.js';
export type { AccountJournal, AccountSummary, JournalStatus } from './account-journal.js';
export {
  checkedToken,
  type Config,
  type ConfigSources,
  describeSettings,
  readConfig,
  type SettingDescription,
} from './config.js';
export { createLog, type Log, type LogLevel } from './log.js';
export { accountFlags, leadingTo, type RunningSandbox, setUpWithSandbox } from './sandbox.js';
export {
  connect,
  type ServiceOptions,
  type Services,
  setUp,
  type SetUp,
  type SetUpOptions,
} from './services.js';
export { settingsHelp, settingsTable } from './settings-help.js';
export {
  defaultStatePlace,
  describeStatePlace,
  type Machine,
  openStore,
  type OpenStoreOptions,
  parseStatePlace,
  type StatePlace,
  userHome,
} from './state-place.js';
