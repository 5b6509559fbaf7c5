import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolutionsConfig } from '@allurereport/core-api';
import { z } from 'zod';
import { diagnosisCodes } from '../../check/model/codes.ts';

/** The tracked list of what is known to fail, and not by us. */
const file = join(import.meta.dirname, '../../../.github/known-issues.json');

const regularExpression = z.string().refine(
  (source) => {
    try {
      return new RegExp(source).source !== '(?:)';
    } catch {
      return false;
    }
  },
  { error: 'is no regular expression' },
);

const knownIssue = z
  .strictObject({
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, { error: 'is no «owner/name»' }),
    number: z.int().positive(),
    title: z.string().min(1),
    /** What it means for whoever reads the report. */
    means: z.string().min(1),
    /** Failures and skips whose message matches are of this issue. */
    says: regularExpression.optional(),
    /** Defects of a cluster that are of this issue. */
    diagnoses: z.array(z.enum(diagnosisCodes)).min(1).optional(),
  })
  .refine(({ says, diagnoses }) => says !== undefined || diagnoses !== undefined, {
    error: 'says nothing of what it is to be known by',
  });

export type KnownIssue = z.infer<typeof knownIssue>;

/** What the tracked list says, checked. */
export function readKnownIssues(text = readFileSync(file, 'utf8')): readonly KnownIssue[] {
  return z.array(knownIssue).parse(JSON.parse(text));
}

/** The issue that a result is of, if it is a known one. */
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

/** The link to the issue that a result is of, for the result itself. */
export function issueLinks(
  message: string,
  diagnoses: readonly string[],
): { type: 'issue'; name: string; url: string }[] {
  const issue = issueOf(readKnownIssues(), message, diagnoses);
  return issue === undefined
    ? []
    : [{ type: 'issue', name: issueName(issue), url: issueUrl(issue) }];
}

/** «moby/moby#52661» */
export function issueName({ repository, number }: KnownIssue): string {
  return `${repository}#${number}`;
}

/** Where it is discussed. */
export function issueUrl({ repository, number }: KnownIssue): string {
  return `https://github.com/${repository}/issues/${number}`;
}

/**
 * The same for Allure, which marks failures of known issues and counts them apart.
 *
 * @param knownIssuesPath where it writes what it found
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

/** Checks of a cluster begin their message with the code of what they found. */
function patternOf({ says, diagnoses = [] }: KnownIssue): RegExp {
  const codes = diagnoses.map((code) => `^(only because of )?${code}: `);
  return new RegExp([says ?? [], codes].flat().join('|'));
}
