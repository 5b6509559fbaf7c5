/** A port that a container publishes on its host. */
export interface PortAnswer {
  readonly host: string;
  readonly container: string;
  /** `192.168.99.101:8080` */
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly error: string | undefined;
}

/** What the application answered. */
export interface ApplicationAnswer {
  readonly url: string;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly error: string | undefined;
  /** Queries that its database counted while it was asked; undefined when the database could not be asked. */
  readonly databaseQueries: number | undefined;
  /** The row as the database has it, as the application would answer it; undefined when it could not be asked. */
  readonly fromDatabase: string | undefined;
}

export interface ApplicationView {
  readonly ports: readonly PortAnswer[];
  readonly answer: ApplicationAnswer | undefined;
}
