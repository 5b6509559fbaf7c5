/** Where edges end at a host's label. */
export const portOf = {
  host: 'host',
  container: (index: number) => `c${index}`,
  end: (container: number, end: number) => `c${container}e${end}`,
  note: (number: number) => `n${number}`,
};
