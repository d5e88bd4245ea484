-- Where a long task of the platform's stands, so that it goes on where it was and comes to its end on large installations.
CREATE TABLE task_progress (
    task        text COLLATE "C" PRIMARY KEY,
    at_merchant text COLLATE "C" NOT NULL DEFAULT '', -- done up to this merchant's ...
    at_row      text COLLATE "C" NOT NULL DEFAULT '', -- ... row of that id, both included; '': not begun
    looked_at   bigint NOT NULL DEFAULT 0 CHECK (looked_at >= 0),
    found       bigint NOT NULL DEFAULT 0 CHECK (found >= 0),
    begun_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished_at timestamptz(3) -- NULL: under way
);
GRANT SELECT, INSERT, UPDATE ON task_progress TO loyalnest_app;
