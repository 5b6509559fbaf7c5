/** The ports at a host's label at which edges end. */
export const portOf = {
  host: 'host',
  container: (index: number) => `c${index}`,
  end: (container: number, end: number) => `c${container}e${end}`,
  note: (number: number) => `n${number}`,
};
