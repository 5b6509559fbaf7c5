import { z } from 'zod';

/** The address that each engine advertises to the others. */
export const advertise = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, 'it is not INTERFACE:PORT or ADDRESS:PORT, such as eth1:2376');
