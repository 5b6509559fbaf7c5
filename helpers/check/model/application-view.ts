/** A TCP port that a container publishes on its host, connected to from somewhere. */
export interface PortAnswer {
  readonly host: string;
  readonly container: string;
  /** `192.168.99.101:8080` */
  readonly address: string;
  /** `8080/tcp` */
  readonly containerPort: string;
  /** Another host; undefined for the machine that the check runs on. */
  readonly from: string | undefined;
  readonly error: string | undefined;
  /** Whether anything in the container listens there; undefined when its namespace was not looked into. */
  readonly isListening: boolean | undefined;
}

/** What the application answered. */
export interface ApplicationAnswer {
  readonly url: string;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly error: string | undefined;
  /** What its database knows of it; undefined where it is not the car service, or gave no answer. */
  readonly database: DatabaseView | { readonly error: string } | undefined;
}

/** What the database of the car service says, asked in its own container. */
export interface DatabaseView {
  /** Queries that it ran while the application was asked once more, without those that it runs anyway. */
  readonly queries: number;
  /** The row as the application must answer it. */
  readonly row: string;
}

export interface ApplicationView {
  readonly ports: readonly PortAnswer[];
  readonly answer: ApplicationAnswer | undefined;
}
