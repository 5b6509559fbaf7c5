/** The reason of tests whose cluster could not be set up: the set-up is the failure, and no list has to allow them. */
export const setUpFailed = 'its set-up failed';

/** The file, for the report, of skips that the list of allowed skips does not have. */
export const skipsFile = 'specs/run/allowed-skips.ts';
