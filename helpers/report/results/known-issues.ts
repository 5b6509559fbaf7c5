import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolutionsConfig } from '@allurereport/core-api';
import { z } from 'zod';
import { diagnosisCodes } from '../../check/model/codes.ts';

/** The tracked list of known failures with external causes. */
const file = join(import.meta.dirname, 'known-issues.json');

const regularExpression = z.string().refine(
  (source) => {
    try {
      return new RegExp(source).source !== '(?:)';
    } catch {
      return false;
    }
  },
  { error: 'is not a regular expression' },
);

const knownIssue = z
  .strictObject({
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, { error: 'is not owner/name' }),
    number: z.int().positive(),
    title: z.string().min(1),
    /** The explanation for readers of the report. */
    means: z.string().min(1),
    /** Failures and skips whose message matches are of this issue. */
    says: regularExpression.optional(),
    /** Defects of a cluster that are of this issue. */
    diagnoses: z.array(z.enum(diagnosisCodes)).min(1).optional(),
  })
  .refine(({ says, diagnoses }) => says !== undefined || diagnoses !== undefined, {
    error: 'has neither says nor diagnoses',
  });

export type KnownIssue = z.infer<typeof knownIssue>;

/** Reads and validates the tracked list. */
export function readKnownIssues(text = readFileSync(file, 'utf8')): readonly KnownIssue[] {
  return z.array(knownIssue).parse(JSON.parse(text));
}

/** Returns the known issue that explains a result, if any. */
export function issueOf(
  issues: readonly KnownIssue[],
  message: string,
  diagnoses: readonly string[],
): KnownIssue | undefined {
  return issues.find(
    (one) =>
      patternOf(one).test(message) ||
      (one.diagnoses ?? []).some((code) => diagnoses.includes(code)),
  );
}

/** Returns the link of a result to its known issue; empty without one. */
export function issueLinks(
  message: string,
  diagnoses: readonly string[],
): { type: 'issue'; name: string; url: string }[] {
  const issue = issueOf(readKnownIssues(), message, diagnoses);
  return issue === undefined
    ? []
    : [{ type: 'issue', name: issueName(issue), url: issueUrl(issue) }];
}

/** Formats the name of an issue: "moby/moby#52661". */
export function issueName({ repository, number }: KnownIssue): string {
  return `${repository}#${number}`;
}

/** Returns the URL of an issue. */
export function issueUrl({ repository, number }: KnownIssue): string {
  return `https://github.com/${repository}/issues/${number}`;
}

/**
 * Returns the options for Allure, which marks failures with known issues and counts them separately.
 *
 * @param knownIssuesPath of Allure's output file
 */
export function resolutionsOf(
  issues: readonly KnownIssue[],
  knownIssuesPath: string,
): ResolutionsConfig {
  return {
    knownIssuesPath,
    links: Object.fromEntries(
      issues.map(({ repository }) => [
        repository,
        {
          nameTemplate: `${repository}#%s`,
          urlTemplate: `https://github.com/${repository}/issues/%s`,
        },
      ]),
    ),
    rules: issues.map((one) => ({
      resolution: 'issue',
      issue: { id: String(one.number), type: one.repository },
      messageRegexp: patternOf(one).source,
      comment: one.means,
    })),
  };
}

/** Messages about a cluster begin with a diagnosis code. */
function patternOf({ says, diagnoses = [] }: KnownIssue): RegExp {
  const codes = diagnoses.map((code) => `^(only because of )?${code}: `);
  return new RegExp([says ?? [], codes].flat().join('|'));
}
