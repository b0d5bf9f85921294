/**
 * Whether two names are one person's, however they are typed: only letters and digits count, upper and lower case, full
 * and half width are the same, and what cannot be seen is nothing (Unicode: NFKC, Default_Ignorable_Code_Point).
 */
export const isSamePerson = (one: string, other: string): boolean => spelt(one) === spelt(other);

const spelt = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}/gu, "");
