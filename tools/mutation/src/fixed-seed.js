import fc from 'fast-check';

/** So that a mutant which survives in one run survives in the next. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_129 });
