-- A small history as rolewatch 0.1.0 stored it at schema 0001: two boards, of whose postings one was revised, closed and reopened.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	delivery_id TEXT, 
	round_id INTEGER, 
	check_id INTEGER, 
	posting_id INTEGER, 
	rule TEXT, 
	kind TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	why TEXT, 
	message TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT fk_alert_check_id FOREIGN KEY(check_id) REFERENCES board_check (id), 
	CONSTRAINT fk_alert_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (delivery_id), 
	CONSTRAINT fk_alert_posting_id FOREIGN KEY(posting_id) REFERENCES posting (id), 
	CONSTRAINT fk_alert_round_id FOREIGN KEY(round_id) REFERENCES check_round (id)
);
INSERT INTO "alert" VALUES(1,'00000000000000000000000000000001',1,NULL,NULL,'research-engineer','summary','console','a new board, rule or channel','{"type":"summary","boards":[{"board":"greenhouse:examplelabs","company":"Example Labs","url":"https://job-boards.greenhouse.io/examplelabs","open":2},{"board":"greenhouse:otherworks","company":"Other Works","url":"https://job-boards.greenhouse.io/otherworks","open":2}],"rules":[{"rule":"research-engineer","roles":[{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"London, UK","department":"Research","workplace":"hybrid"},{"posting":"greenhouse:otherworks:21","company":"Other Works","title":"Research Engineer","url":"https://job-boards.greenhouse.io/examplelabs/jobs/21","location":"London, UK","department":"Research"}]}]}','2026-03-02T10:44:00.000000Z');
INSERT INTO "alert" VALUES(2,'00000000000000000000000000000001',1,NULL,NULL,'kernels','summary','console','a new board, rule or channel','{"type":"summary","boards":[{"board":"greenhouse:examplelabs","company":"Example Labs","url":"https://job-boards.greenhouse.io/examplelabs","open":2},{"board":"greenhouse:otherworks","company":"Other Works","url":"https://job-boards.greenhouse.io/otherworks","open":2}],"rules":[{"rule":"kernels","roles":[{"posting":"greenhouse:examplelabs:13","company":"Example Labs","title":"Legal Counsel","url":"https://job-boards.greenhouse.io/examplelabs/jobs/13","location":"London, UK","pay":"133000-240000 USD/year","deadline_at":"2026-05-19T19:00:00Z","deadline_text":"12pm PDT Tuesday 19th of May 2026","department":"Research"}]}]}','2026-03-02T10:44:00.000000Z');
INSERT INTO "alert" VALUES(3,'00000000000000000000000000000002',2,3,5,'research-engineer','opened','console','title has “research engineer”','{"type":"role","kind":"opened","role":{"posting":"greenhouse:examplelabs:12","company":"Example Labs","title":"Research Scientist/Engineer","url":"https://job-boards.greenhouse.io/examplelabs/jobs/12","location":"Paris, France; Zürich","department":"Research","first_seen_at":"2026-03-02T10:59:00Z"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T10:59:00Z","not_before":"2026-03-02T10:44:00Z"}','2026-03-02T10:59:00.000000Z');
INSERT INTO "alert" VALUES(4,'00000000000000000000000000000003',2,3,1,'research-engineer','revised','console','title has “research engineer”','{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T10:59:00Z","changes":[{"field":"location","old":"London, UK","new":"Mountain View"},{"field":"pay","old":"","new":"133000-240000 USD/year"}],"not_before":"2026-03-02T10:44:00Z"}','2026-03-02T10:59:00.000000Z');
INSERT INTO "alert" VALUES(5,'00000000000000000000000000000004',3,4,1,'research-engineer','revised','console','title has “research engineer”','{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T11:14:00Z","changes":[{"field":"description","old":"We build large models.\n\nApply soon.","new":"We build very large kernels.\n\nApply soon."}],"not_before":"2026-03-02T10:59:00Z"}','2026-03-02T11:14:00.000000Z');
INSERT INTO "alert" VALUES(6,'00000000000000000000000000000004',3,4,1,'kernels','revised','console','description has “kernels”','{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"kernels","words":"description has “kernels”","turn":"now fits"}],"at":"2026-03-02T11:14:00Z","changes":[{"field":"description","old":"We build large models.\n\nApply soon.","new":"We build very large kernels.\n\nApply soon."}],"not_before":"2026-03-02T10:59:00Z"}','2026-03-02T11:14:00.000000Z');
INSERT INTO "alert" VALUES(7,'00000000000000000000000000000005',4,6,1,'research-engineer','closed','console','title has “research engineer”','{"type":"role","kind":"closed","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T11:29:00Z","not_before":"2026-03-02T11:14:00Z"}','2026-03-02T11:29:00.000000Z');
INSERT INTO "alert" VALUES(8,'00000000000000000000000000000005',4,6,1,'kernels','closed','console','description has “kernels”','{"type":"role","kind":"closed","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:29:00Z","not_before":"2026-03-02T11:14:00Z"}','2026-03-02T11:29:00.000000Z');
INSERT INTO "alert" VALUES(9,'00000000000000000000000000000006',5,7,1,'research-engineer','reopened','console','title has “research engineer”','{"type":"role","kind":"reopened","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T11:44:00Z","not_before":"2026-03-02T11:29:00Z"}','2026-03-02T11:44:00.000000Z');
INSERT INTO "alert" VALUES(10,'00000000000000000000000000000006',5,7,1,'kernels','reopened','console','description has “kernels”','{"type":"role","kind":"reopened","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:44:00Z","not_before":"2026-03-02T11:29:00Z"}','2026-03-02T11:44:00.000000Z');
INSERT INTO "alert" VALUES(11,'00000000000000000000000000000007',6,8,2,'kernels','closed','console','description has “kernels”','{"type":"role","kind":"closed","role":{"posting":"greenhouse:examplelabs:13","company":"Example Labs","title":"Legal Counsel","url":"https://job-boards.greenhouse.io/examplelabs/jobs/13","location":"London, UK","pay":"133000-240000 USD/year","deadline_at":"2026-05-19T19:00:00Z","deadline_text":"12pm PDT Tuesday 19th of May 2026","department":"Research"},"why":[{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:59:00Z","not_before":"2026-03-02T11:44:00Z"}','2026-03-02T11:59:00.000000Z');
CREATE TABLE board (
	id INTEGER NOT NULL, 
	board TEXT NOT NULL, 
	ats TEXT NOT NULL, 
	token TEXT NOT NULL, 
	company TEXT NOT NULL, 
	url TEXT NOT NULL, 
	watched BOOLEAN NOT NULL, 
	every DOUBLE NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	read_at VARCHAR(27), 
	last_check_at VARCHAR(27), 
	last_ok_at VARCHAR(27), 
	next_check_at VARCHAR(27), 
	failures INTEGER NOT NULL, 
	failing_since VARCHAR(27), 
	reason TEXT, 
	collapsed_since VARCHAR(27), 
	put_back BOOLEAN NOT NULL, 
	clock VARCHAR(27), 
	CONSTRAINT pk_board PRIMARY KEY (id), 
	CONSTRAINT uq_board_board UNIQUE (board)
);
INSERT INTO "board" VALUES(1,'greenhouse:examplelabs','greenhouse','examplelabs','Example Labs','https://job-boards.greenhouse.io/examplelabs',1,900.0,NULL,NULL,'2026-03-02T11:59:00.000000Z','2026-03-02T11:59:00.000000Z','2026-03-02T11:59:00.000000Z','2026-03-02T12:13:47.907218Z',0,NULL,NULL,NULL,0,'2026-03-02T11:59:00.000000Z');
INSERT INTO "board" VALUES(2,'greenhouse:otherworks','greenhouse','otherworks','Other Works','https://job-boards.greenhouse.io/otherworks',1,900.0,NULL,NULL,'2026-03-02T10:44:00.000000Z','2026-03-02T11:14:00.000000Z','2026-03-02T10:44:00.000000Z','2026-03-02T11:28:47.907218Z',1,'2026-03-02T11:14:00.000000Z','HTTP 500',NULL,0,'2026-03-02T11:14:00.000000Z');
CREATE TABLE board_check (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	board_id INTEGER NOT NULL, 
	started_at VARCHAR(27) NOT NULL, 
	finished_at VARCHAR(27) NOT NULL, 
	result TEXT NOT NULL, 
	status INTEGER, 
	seen INTEGER, 
	opened INTEGER NOT NULL, 
	revised INTEGER NOT NULL, 
	closed INTEGER NOT NULL, 
	reopened INTEGER NOT NULL, 
	unreadable INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	seconds DOUBLE NOT NULL, 
	reason TEXT, 
	CONSTRAINT pk_board_check PRIMARY KEY (id), 
	CONSTRAINT fk_board_check_board_id FOREIGN KEY(board_id) REFERENCES board (id), 
	CONSTRAINT fk_board_check_round_id FOREIGN KEY(round_id) REFERENCES check_round (id)
);
INSERT INTO "board_check" VALUES(1,1,1,'2026-03-02T10:44:00.000000Z','2026-03-02T10:44:00.000000Z','snapshot',200,2,0,0,0,0,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(2,1,2,'2026-03-02T10:44:00.000000Z','2026-03-02T10:44:00.000000Z','snapshot',200,2,0,0,0,0,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(3,2,1,'2026-03-02T10:59:00.000000Z','2026-03-02T10:59:00.000000Z','snapshot',200,3,1,1,0,0,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(4,3,1,'2026-03-02T11:14:00.000000Z','2026-03-02T11:14:00.000000Z','snapshot',200,3,0,1,0,0,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(5,3,2,'2026-03-02T11:14:00.000000Z','2026-03-02T11:14:00.000000Z','failure',500,NULL,0,0,0,0,0,0,0.0,'HTTP 500');
INSERT INTO "board_check" VALUES(6,4,1,'2026-03-02T11:29:00.000000Z','2026-03-02T11:29:00.000000Z','snapshot',200,2,0,0,1,0,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(7,5,1,'2026-03-02T11:44:00.000000Z','2026-03-02T11:44:00.000000Z','snapshot',200,3,0,0,0,1,0,0,0.0,NULL);
INSERT INTO "board_check" VALUES(8,6,1,'2026-03-02T11:59:00.000000Z','2026-03-02T11:59:00.000000Z','snapshot',200,2,0,0,1,0,0,0,0.0,NULL);
CREATE TABLE check_round (
	id INTEGER NOT NULL, 
	started_at VARCHAR(27) NOT NULL, 
	finished_at VARCHAR(27), 
	CONSTRAINT pk_check_round PRIMARY KEY (id)
);
INSERT INTO "check_round" VALUES(1,'2026-03-02T10:44:00.000000Z','2026-03-02T10:44:00.000000Z');
INSERT INTO "check_round" VALUES(2,'2026-03-02T10:59:00.000000Z','2026-03-02T10:59:00.000000Z');
INSERT INTO "check_round" VALUES(3,'2026-03-02T11:14:00.000000Z','2026-03-02T11:14:00.000000Z');
INSERT INTO "check_round" VALUES(4,'2026-03-02T11:29:00.000000Z','2026-03-02T11:29:00.000000Z');
INSERT INTO "check_round" VALUES(5,'2026-03-02T11:44:00.000000Z','2026-03-02T11:44:00.000000Z');
INSERT INTO "check_round" VALUES(6,'2026-03-02T11:59:00.000000Z','2026-03-02T11:59:00.000000Z');
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	delivery_id TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	message TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	next_try_at VARCHAR(27), 
	sending_at VARCHAR(27), 
	sent_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	reason TEXT, 
	channel_id TEXT, 
	ts TEXT, 
	thread_ts TEXT, 
	message_url TEXT, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT uq_delivery_delivery_id UNIQUE (delivery_id)
);
INSERT INTO "delivery" VALUES(1,'00000000000000000000000000000001','console','{"type":"summary","boards":[{"board":"greenhouse:examplelabs","company":"Example Labs","url":"https://job-boards.greenhouse.io/examplelabs","open":2},{"board":"greenhouse:otherworks","company":"Other Works","url":"https://job-boards.greenhouse.io/otherworks","open":2}],"rules":[{"rule":"research-engineer","roles":[{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"London, UK","department":"Research","workplace":"hybrid"},{"posting":"greenhouse:otherworks:21","company":"Other Works","title":"Research Engineer","url":"https://job-boards.greenhouse.io/examplelabs/jobs/21","location":"London, UK","department":"Research"}]},{"rule":"kernels","roles":[{"posting":"greenhouse:examplelabs:13","company":"Example Labs","title":"Legal Counsel","url":"https://job-boards.greenhouse.io/examplelabs/jobs/13","location":"London, UK","pay":"133000-240000 USD/year","deadline_at":"2026-05-19T19:00:00Z","deadline_text":"12pm PDT Tuesday 19th of May 2026","department":"Research"}]}]}','sent','2026-03-02T12:00:00.000000Z',NULL,NULL,'2026-03-02T12:00:00.000000Z',1,NULL,'C000ROLES','1772452800.000001',NULL,NULL);
INSERT INTO "delivery" VALUES(2,'00000000000000000000000000000002','console','{"type":"role","kind":"opened","role":{"posting":"greenhouse:examplelabs:12","company":"Example Labs","title":"Research Scientist/Engineer","url":"https://job-boards.greenhouse.io/examplelabs/jobs/12","location":"Paris, France; Zürich","department":"Research","first_seen_at":"2026-03-02T10:59:00Z"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T10:59:00Z","not_before":"2026-03-02T10:44:00Z"}','sent','2026-03-02T12:00:00.000000Z',NULL,NULL,'2026-03-02T12:00:00.000000Z',1,NULL,'C000ROLES','1772452800.000002',NULL,NULL);
INSERT INTO "delivery" VALUES(3,'00000000000000000000000000000003','console','{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"}],"at":"2026-03-02T10:59:00Z","changes":[{"field":"location","old":"London, UK","new":"Mountain View"},{"field":"pay","old":"","new":"133000-240000 USD/year"}],"not_before":"2026-03-02T10:44:00Z"}','sending','2026-03-02T12:00:00.000000Z',NULL,'2026-03-02T12:00:00.000000Z',NULL,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(4,'00000000000000000000000000000004','console','{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"},{"rule":"kernels","words":"description has “kernels”","turn":"now fits"}],"at":"2026-03-02T11:14:00Z","changes":[{"field":"description","old":"We build large models.\n\nApply soon.","new":"We build very large kernels.\n\nApply soon."}],"not_before":"2026-03-02T10:59:00Z"}','pending','2026-03-02T12:00:00.000000Z',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(5,'00000000000000000000000000000005','console','{"type":"role","kind":"closed","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"},{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:29:00Z","not_before":"2026-03-02T11:14:00Z"}','pending','2026-03-02T12:00:00.000000Z',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(6,'00000000000000000000000000000006','console','{"type":"role","kind":"reopened","role":{"posting":"greenhouse:examplelabs:11","company":"Example Labs","title":"Research Engineer, Gemini","url":"https://job-boards.greenhouse.io/examplelabs/jobs/11","location":"Mountain View","pay":"133000-240000 USD/year","department":"Research","workplace":"hybrid"},"why":[{"rule":"research-engineer","words":"title has “research engineer”"},{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:44:00Z","not_before":"2026-03-02T11:29:00Z"}','pending','2026-03-02T12:00:00.000000Z',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(7,'00000000000000000000000000000007','console','{"type":"role","kind":"closed","role":{"posting":"greenhouse:examplelabs:13","company":"Example Labs","title":"Legal Counsel","url":"https://job-boards.greenhouse.io/examplelabs/jobs/13","location":"London, UK","pay":"133000-240000 USD/year","deadline_at":"2026-05-19T19:00:00Z","deadline_text":"12pm PDT Tuesday 19th of May 2026","department":"Research"},"why":[{"rule":"kernels","words":"description has “kernels”"}],"at":"2026-03-02T11:59:00Z","not_before":"2026-03-02T11:44:00Z"}','pending','2026-03-02T12:00:00.000000Z',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE description (
	digest TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_description PRIMARY KEY (digest)
);
INSERT INTO "description" VALUES('3ed3790a966113402ed4f3b33a7bf509dc9b479b492e9acc0ba06b62e22bbf99','We build large models.

Apply soon.');
INSERT INTO "description" VALUES('723e5e19866a777c481f2d0afcdc965e25dfcb4ad3e7db10b4a38cd9cf1ba6d5','We write kernels of law.');
INSERT INTO "description" VALUES('1814c29a93a3fe54c1b95e4fdc8a6e68d9b265625bb00d76a9620330397fee0c','We look for an engineer.

You will build things.');
INSERT INTO "description" VALUES('d673d5f5200f8312f2926e961e61f2a97feffbb61d870387ae06564a9b9950d9','We build very large kernels.

Apply soon.');
CREATE TABLE introduction (
	board_id INTEGER NOT NULL, 
	rule TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_introduction PRIMARY KEY (board_id, rule, channel), 
	CONSTRAINT fk_introduction_board_id FOREIGN KEY(board_id) REFERENCES board (id)
);
INSERT INTO "introduction" VALUES(1,'research-engineer','console','2026-03-02T10:44:00.000000Z');
INSERT INTO "introduction" VALUES(1,'kernels','console','2026-03-02T10:44:00.000000Z');
INSERT INTO "introduction" VALUES(2,'research-engineer','console','2026-03-02T10:44:00.000000Z');
INSERT INTO "introduction" VALUES(2,'kernels','console','2026-03-02T10:44:00.000000Z');
CREATE TABLE lease (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	command TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	host TEXT NOT NULL, 
	taken_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	stopped_at VARCHAR(27), 
	CONSTRAINT pk_lease PRIMARY KEY (name)
);
INSERT INTO "lease" VALUES('worker','0123456789abcdef0123456789abcdef','run',4711,'examplehost','2026-03-02T12:00:00.000000Z','2026-03-02T12:01:00.000000Z',NULL);
CREATE TABLE posting (
	id INTEGER NOT NULL, 
	board_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	raw_digest TEXT, 
	baseline BOOLEAN NOT NULL, 
	first_seen_at VARCHAR(27) NOT NULL, 
	last_seen_at VARCHAR(27), 
	missing_since VARCHAR(27), 
	missing_looks INTEGER NOT NULL, 
	probed_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	company TEXT, 
	requisition TEXT, 
	internal_job TEXT, 
	ats_first_published VARCHAR(27), 
	ats_updated_at VARCHAR(27), 
	repost_of INTEGER, 
	CONSTRAINT pk_posting PRIMARY KEY (id), 
	CONSTRAINT fk_posting_board_id FOREIGN KEY(board_id) REFERENCES board (id), 
	CONSTRAINT fk_posting_repost_of FOREIGN KEY(repost_of) REFERENCES posting (id), 
	CONSTRAINT uq_posting_board_id UNIQUE (board_id, "key")
);
INSERT INTO "posting" VALUES(1,1,'11','open',4,'a87f7eea72d78fe81e37b8c9073c9aa09fa0e83eee39a2f6fe8c941f4d57e81e',1,'2026-03-02T10:44:00.000000Z',NULL,NULL,0,'2026-03-02T11:29:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "posting" VALUES(2,1,'13','closed',1,'5f48e47b89f302a73dee37b7bfe7ceb2dde5e62a209bec681bc57446f7d13447',1,'2026-03-02T10:44:00.000000Z','2026-03-02T11:44:00.000000Z','2026-03-02T11:59:00.000000Z',0,'2026-03-02T11:59:00.000000Z','2026-03-02T11:59:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "posting" VALUES(3,2,'12','open',1,'04b6f1cd6a1168ddfd592b7b9e3c6ecb4283c424db56527dc53d082ba6455f87',1,'2026-03-02T10:44:00.000000Z',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "posting" VALUES(4,2,'21','open',1,'65c6f9e2b22b69c0cf1462909a27ddd162954318b29c5dfa41d2aaf16700b82a',1,'2026-03-02T10:44:00.000000Z',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "posting" VALUES(5,1,'12','open',1,'78f4942da08151a8247fac0834d7f073d310b221a4d0812283b52b24a73e00b3',0,'2026-03-02T10:59:00.000000Z',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE posting_change (
	id INTEGER NOT NULL, 
	check_id INTEGER NOT NULL, 
	posting_id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	not_before VARCHAR(27), 
	not_after VARCHAR(27) NOT NULL, 
	kind TEXT NOT NULL, 
	field TEXT, 
	old TEXT, 
	new TEXT, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_posting_change PRIMARY KEY (id), 
	CONSTRAINT fk_posting_change_check_id FOREIGN KEY(check_id) REFERENCES board_check (id), 
	CONSTRAINT fk_posting_change_posting_id FOREIGN KEY(posting_id) REFERENCES posting (id)
);
INSERT INTO "posting_change" VALUES(1,3,5,'2026-03-02T10:59:00.000000Z','2026-03-02T10:44:00.000000Z','2026-03-02T10:59:00.000000Z','opened',NULL,NULL,NULL,1);
INSERT INTO "posting_change" VALUES(2,3,1,'2026-03-02T10:59:00.000000Z','2026-03-02T10:44:00.000000Z','2026-03-02T10:59:00.000000Z','revised','location','London, UK','Mountain View',2);
INSERT INTO "posting_change" VALUES(3,3,1,'2026-03-02T10:59:00.000000Z','2026-03-02T10:44:00.000000Z','2026-03-02T10:59:00.000000Z','revised','pay',NULL,'133000-240000 USD/year',2);
INSERT INTO "posting_change" VALUES(4,4,1,'2026-03-02T11:14:00.000000Z','2026-03-02T10:59:00.000000Z','2026-03-02T11:14:00.000000Z','revised','description','We build large models.

Apply soon.','We build very large kernels.

Apply soon.',3);
INSERT INTO "posting_change" VALUES(5,6,1,'2026-03-02T11:29:00.000000Z','2026-03-02T11:14:00.000000Z','2026-03-02T11:29:00.000000Z','closed',NULL,NULL,NULL,3);
INSERT INTO "posting_change" VALUES(6,7,1,'2026-03-02T11:44:00.000000Z','2026-03-02T11:29:00.000000Z','2026-03-02T11:44:00.000000Z','reopened',NULL,NULL,NULL,4);
INSERT INTO "posting_change" VALUES(7,8,2,'2026-03-02T11:59:00.000000Z','2026-03-02T11:44:00.000000Z','2026-03-02T11:59:00.000000Z','closed',NULL,NULL,NULL,1);
CREATE TABLE posting_version (
	id INTEGER NOT NULL, 
	posting_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	valid_from VARCHAR(27) NOT NULL, 
	valid_to VARCHAR(27), 
	digest TEXT NOT NULL, 
	title TEXT NOT NULL, 
	location TEXT NOT NULL, 
	locations JSON NOT NULL, 
	department TEXT NOT NULL, 
	employment_type TEXT NOT NULL, 
	workplace TEXT, 
	pay_min DOUBLE, 
	pay_max DOUBLE, 
	pay_currency TEXT, 
	pay_period TEXT, 
	pay_text TEXT, 
	deadline_at VARCHAR(27), 
	deadline_text TEXT, 
	url TEXT NOT NULL, 
	description_digest TEXT NOT NULL, 
	stated JSON NOT NULL, 
	unsent JSON NOT NULL, 
	reader_version INTEGER NOT NULL, 
	raw BLOB NOT NULL, 
	CONSTRAINT pk_posting_version PRIMARY KEY (id), 
	CONSTRAINT fk_posting_version_description_digest FOREIGN KEY(description_digest) REFERENCES description (digest), 
	CONSTRAINT fk_posting_version_posting_id FOREIGN KEY(posting_id) REFERENCES posting (id), 
	CONSTRAINT uq_posting_version_posting_id UNIQUE (posting_id, number)
);
INSERT INTO "posting_version" VALUES(1,1,1,'2026-03-02T10:44:00.000000Z','2026-03-02T10:59:00.000000Z','1:1b492993ae8af92fb8d858ca3ecbf89da131bc7dcb099eaf8e5625e9f989cd68','Research Engineer, Gemini','London, UK','["London, UK"]','Research','','hybrid',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/11','3ed3790a966113402ed4f3b33a7bf509dc9b479b492e9acc0ba06b62e22bbf99','[]','[]',1,X'28B52FFD60BB0025090006143C205069DC556CC9EA8AF462A41F852D476E84F5046110A90002DA3EF1006666F613330032003200FA1AC4D9CB5E009676244980BB7F27ADF6205469791F1D40F554791B56A0C3BC54D783B4B4FD3EAA9448A415E9E3D0F0BEB7410BA8525AEAA257A26EEE5154E9599F7FE994A1421C961320A0E266DC8BB4B8F793E996B82FD9B4B9271934E945D4A1765803CDA04A08773B46CD3901663003F1A6AC1FD4E66543D6165A5013DC3EC695B7B154EE8215A54395D8BE2572D252269B7BBC0E08670815E2F0EAAC0DFD1AEBFD5361FAC91CC4D4F16D0BE494F7B78DA51D4A4B7EFABCEB0B29E843957CC9052AD28A38DD131200370612D0583303A699919CB9DA648A71D6EEDF2A611B1B62C69329680607D10972E66D9FE719748C89F8D044963A03');
INSERT INTO "posting_version" VALUES(2,2,1,'2026-03-02T10:44:00.000000Z','2026-03-02T11:59:00.000000Z','1:b94a152bb89515804d370a04fd9a80ff9ad72e154d9bc4aaaac4f32c8c82ca40','Legal Counsel','London, UK','["London, UK"]','Research','',NULL,133000.0,240000.0,'USD','year','$133,000 - $240,000 USD','2026-05-19T19:00:00.000000Z','12pm PDT Tuesday 19th of May 2026','https://job-boards.greenhouse.io/examplelabs/jobs/13','723e5e19866a777c481f2d0afcdc965e25dfcb4ad3e7db10b4a38cd9cf1ba6d5','[]','[]',1,X'28B52FFD607601ED0C00A65B532420ADE6011585D11E46C69B479FD44694411E389AE5316ED01FD18DA5C03A78022400EA02480049004B000FABA2B7E88FC4A2BB67C8DF82D2875F3F09F9D20B774DD3EA94D83D270D6D93FD09783C62B130A0F29F92D89B75557A4D63F5837D3CE94762FDDEFDAAD470128BBAC24CA27BEA90725572343C241641B1E7ACD012605C18AE5ACD5AABD17018ACD045079988212C62B9AAA32FB086F8C9CA74CBAA9458CBE823913F097B55A240939B3643621F1BFE64D96D95826134211BB1C24A7C295FE06CC48D767558070764A164380AE86BD3D1275C12DDC4AF5A05CEAA8155048CC5609A86EEFBB9B167C6C13ABAD7780930003660D75AAAD1700012FB4B4FEE28B1E66E768A8FAB14CC378D3DE153C25A3F3F7D8E34595B53A87B4F9591A7D3491E8F883C8EB33F3A475D95E8B92AD1871F8B90581459428756A5C6C28FBE8EB32BDBEFA6651B42BA09D11E0037192B222CA349027F16CB99AB4D26239A75C05BA3D201A00640B6E31136B62C82F3035D550140B5CF6E24807C56B2CA7448B50097301C567020C7D56C089DEBE379061D63163ED490A5CE');
INSERT INTO "posting_version" VALUES(3,3,1,'2026-03-02T10:44:00.000000Z',NULL,'1:d5587548cb317c86bd7d4df6543d57491d71fca96b95f6e14de59f38a04c3e79','Chef de Partie','London, UK','["London, UK"]','Research','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/12','1814c29a93a3fe54c1b95e4fdc8a6e68d9b265625bb00d76a9620330397fee0c','[]','[]',1,X'28B52FFD60B800350900B6D43D20504BDC25BE4862A560AFD2FEECDFFF18781C69DA7817305C533C140D55553D043500350033000C2211D6231D626733BB39BC35630540E1060419F0F7EFA4E51A429552BFD902B321930E415AE95E1F551208482BCA27D1ACBEF3220B73EF697E4095D2CA177D12B17B8D44959CA5597A26A4F59B8D6FF6B2A15224961728A05A6ECB06692DEBB3851DE2AE3097EE3502EC357841950E6F569DC7E61452D0397D4088179661198ECE5C6D3671193633F8303B4CC6D35E3CDBAA6B2C5BC41EAA5C3E58190A5F089522F1E99B11DCCC7A7F96B47CD61ED4D271750AF492F75646E186C4B1EDFC5575851CB251257F9A19D8E93C425AD1061000370632D0583303A699919CB9DA647271D654FE1B1966189EC4D4920E3AADC7F30C3AC62E7CB8214B9D01');
INSERT INTO "posting_version" VALUES(4,4,1,'2026-03-02T10:44:00.000000Z',NULL,'1:5be9dfc54f710f16cb54c1a8f11b978323dbb9a2889b6abf7e36a096ac0ab978','Research Engineer','London, UK','["London, UK"]','Research','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/21','1814c29a93a3fe54c1b95e4fdc8a6e68d9b265625bb00d76a9620330397fee0c','[]','[]',1,X'28B52FFD60BB000D0900D6933B20406BDC0D7E91D48AC476A41F858D181EC8F30C2DAE3015DA9A05F887AB286A5C330033003200483AC4CE667683786BC60BC0C28D2419F0F7EFA4E51A42953A73B55902749866E9A99056BAD747950204D28AF24134ABEF9C10C930F79EE607AA9456BEE89588DD7324AAF49B8E6FF6B2A14A2096172CA05A6ECB06692DEB33865DE2BE3097EE39984326AC01086945CB9E83195409F166D5796C4EA1059DD30742CCB08B5D2089CBB099810FB3C3543C6DC6B3ADBAC6B245ECA1CAE58315095F085502F1E99B0FDC8CF5FE4C69F9AC3DA8A5E3EA16E829EFAD8C851B8A63DBF9ABEA0A3564A34AFE342BB0D3F91200370632D0583303A699919CB9DA6472711697FF6E6CCB8061C6E6494C2DE974EC1179DBE779061D631A3EF490A5CE');
INSERT INTO "posting_version" VALUES(5,5,1,'2026-03-02T10:59:00.000000Z',NULL,'1:d26231f30a6d199305c5d9aea0b239691cd99591a9ef7c95b7777dfaa661ef92','Research Scientist/Engineer','Paris, France; Zürich','["Paris, France", "Z\u00fcrich"]','Research','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/12','1814c29a93a3fe54c1b95e4fdc8a6e68d9b265625bb00d76a9620330397fee0c','[]','[]',1,X'28B52FFD60DF00050A0026D5412A8029C9019D411334C908627145246E926DB74DA45BDA2B0BB6878518C601C7026B11931C4E2B93262008370036003500CA66F6E270D5C809808419106480B37FC5A0D5ED8EE9CCD5C52620EFFA9B9A129C921AD3138141B95EFF8E1110C0A0251987C5EA3B2B04CB27165EAC9177CC6F36BE91A5BA833077CC01B992B42144607004322D76813BAE8D0A062DEB63E285B827B872B1063A4884F5486F1CC71CBE5855FED4D296DC5ADA708D17ECC22E1C798BD7AC3806F3BA54C0B493A75A5D0A532DC8EEE4F201940917633437DC3106250B08DF760771F8F4CD07DC0AF4FE9850F9A85853A9B8AEA4B1C47BAB226186C4C2EDFC55756D0DB2EF184FD0C02518B42CB206A70B1400370636D0583303A699919CB9DA647A71D6FFDF8A811D5AC166503263F324A696743AF6A0BDFD9522085272C0687C64104451A0CE');
INSERT INTO "posting_version" VALUES(6,1,2,'2026-03-02T10:59:00.000000Z','2026-03-02T11:14:00.000000Z','1:c7db75da31e1f459f56f122a87b378965d6dc2350b19e9c7c4b48617e57bc335','Research Engineer, Gemini','Mountain View','["Mountain View"]','Research','','hybrid',133000.0,240000.0,'USD','year','$133,000 - $240,000 USD',NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/11','3ed3790a966113402ed4f3b33a7bf509dc9b479b492e9acc0ba06b62e22bbf99','[]','[]',1,X'28B52FFD602301650B00B6984A22406FDA29EF4A66933445F18F243D19000A0206E9B60FC1F4F7CD009BB2388A2270014000400043004C5973124321BD0FFDD7155675CAE3976733014C53402004DF9CAB20C5FC6142CBEB28022657E5A5F001561A4F7D6D404A995B87094522483D5AD1A0F0BA6F868B441251CE731A4F32A8271B26B4D699A7829436C95A85F705268494B6C74D9E66CD514CC8B13ACEB3E9C2E468A8BFD08540DE74FC5A0129EE75D93483FC3319052CC1128F67BADA41A578325C6C1F831AD1D69B57EE05A5BC6CE53220008001B82C4B9248220048390CF5D407A9D5EB6AE0F080D4D3B0BABF661910C04807D3F258960EC7FAFC30391A4E9F35A37D42B9773959EA72B5B7B4F2CB98D726EE7D2798A698B06457C7BBBFCF421D137A2613F000A987B339DD60420FEE7E7C586B0118006E329B6931CD8CE4CCD5269388B316D1AD924463E37F5ECF625CE6562AB35CCD48D67A5FAD0FDC5823CBC5174F271C9FB7FD9F68ECB126E2431359EA0C');
INSERT INTO "posting_version" VALUES(7,1,3,'2026-03-02T11:14:00.000000Z','2026-03-02T11:29:00.000000Z','1:7ba9c7bbcd983125a8faaeb46ae5e4792b8eeb914dea52b7a8fbcaa4f04d4331','Research Engineer, Gemini','Mountain View','["Mountain View"]','Research','','hybrid',133000.0,240000.0,'USD','year','$133,000 - $240,000 USD',NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/11','d673d5f5200f8312f2926e961e61f2a97feffbb61d870387ae06564a9b9950d9','[]','[]',1,X'28B52FFD602901950B0016194C24306F9B035C617BC29BA48758F89AD6C8DFF73672DC2816441D030D73E6FFBD222222A0024100420043008DB2330729C61F6D97BFA851F8EFC9F29ED6D604348DE2F120780E424A5AACA3546979A123A4EA9F77C20749715AFFDE90D6195C982A412069C5571A135EF81A43CCC2304C240259500435A232ACA82E557AB69B4849EB8E3257E976912AA57517A12436E6A0A74A900FC156F72795A3B1DEC51722791572D414D2E2B6509DC61EEF05052CC112CB63E77E253F696519FB16F9B08D9A7C84DB76DEB92DACF3B247990101800C48866154240201480B62BCF531ADA76DDFC0E121ADE8F0BB23871910C05028550EC87F1CA57234E01F3FA3F5C4820FAAE439D4C745CF296F591339097CBD134DA39030E53EE4DDB751C53B557A8D26E4415A91D541CD4995166EED6564CE0518006E329B6931CD8CE4CCD526138AB32ED1ADF84463E37F5ECF625CE6562AB35CCD48D67A5FAD0FDC5823CBC5174F271C9FB7FD9F68ECB126E2431359EA0C');
INSERT INTO "posting_version" VALUES(8,1,4,'2026-03-02T11:44:00.000000Z',NULL,'1:7ba9c7bbcd983125a8faaeb46ae5e4792b8eeb914dea52b7a8fbcaa4f04d4331','Research Engineer, Gemini','Mountain View','["Mountain View"]','Research','','hybrid',133000.0,240000.0,'USD','year','$133,000 - $240,000 USD',NULL,NULL,'https://job-boards.greenhouse.io/examplelabs/jobs/11','d673d5f5200f8312f2926e961e61f2a97feffbb61d870387ae06564a9b9950d9','[]','[]',1,X'28B52FFD602901950B0016194C24306F9B035C617BC29BA48758F89AD6C8DFF73672DC2816441D030D73E6FFBD222222A0024100420043008DB2330729C61F6D97BFA851F8EFC9F29ED6D604348DE2F120780E424A5AACA3546979A123A4EA9F77C20749715AFFDE90D6195C982A412069C5571A135EF81A43CCC2304C240259500435A232ACA82E557AB69B4849EB8E3257E976912AA57517A12436E6A0A74A900FC156F72795A3B1DEC51722791572D414D2E2B6509DC61EEF05052CC112CB63E77E253F696519FB16F9B08D9A7C84DB76DEB92DACF3B247990101800C48866154240201480B62BCF531ADA76DDFC0E121ADE8F0BB23871910C05028550EC87F1CA57234E01F3FA3F5C4820FAAE439D4C745CF296F591339097CBD134DA39030E53EE4DDB751C53B557A8D26E4415A91D541CD4995166EED6564CE0518006E329B6931CD8CE4CCD526138AB32ED1ADF84463E37F5ECF625CE6562AB35CCD48D67A5FAD0FDC5823CBC5174F271C9FB7FD9F68ECB126E2431359EA0C');
CREATE TABLE round_request (
	id INTEGER NOT NULL, 
	boards JSON NOT NULL, 
	alerts BOOLEAN NOT NULL, 
	announce BOOLEAN NOT NULL, 
	requested_at VARCHAR(27) NOT NULL, 
	round_id INTEGER, 
	finished_at VARCHAR(27), 
	refused TEXT, 
	CONSTRAINT pk_round_request PRIMARY KEY (id), 
	CONSTRAINT fk_round_request_round_id FOREIGN KEY(round_id) REFERENCES check_round (id)
);
INSERT INTO "round_request" VALUES(1,'[]',1,0,'2026-03-02T12:00:00.000000Z',NULL,NULL,NULL);
CREATE INDEX ix_delivery_open ON delivery (channel, id) WHERE state <> 'sent';
CREATE INDEX ix_board_check_board_finished ON board_check (board_id, finished_at);
CREATE INDEX ix_board_check_round_id ON board_check (round_id);
CREATE INDEX ix_posting_closed ON posting (closed_at);
CREATE INDEX ix_posting_first_seen ON posting (first_seen_at);
CREATE INDEX ix_posting_open ON posting (board_id) WHERE state = 'open';
CREATE INDEX ix_alert_delivery_id ON alert (delivery_id);
CREATE INDEX ix_alert_posting_id ON alert (posting_id);
CREATE INDEX ix_alert_unpacked ON alert (round_id) WHERE delivery_id IS NULL;
CREATE INDEX ix_posting_change_at ON posting_change (at);
CREATE INDEX ix_posting_change_check_id ON posting_change (check_id);
CREATE INDEX ix_posting_change_field_at ON posting_change (field, at);
CREATE INDEX ix_posting_change_posting_id ON posting_change (posting_id);
CREATE INDEX ix_posting_version_description_digest ON posting_version (description_digest);
CREATE VIEW boards AS 
SELECT b.board, b.ats, b.token, b.company, b.url,
    CASE WHEN NOT b.watched THEN 'unwatched'
         WHEN b.failures >= 3 THEN 'failing'
         WHEN b.last_ok_at IS NULL THEN 'new'
         WHEN b.collapsed_since IS NOT NULL THEN 'collapsed'
         ELSE 'ok' END AS state,
    (SELECT count(*) FROM posting p WHERE p.board_id = b.id AND p.state = 'open') AS open_postings,
    b.last_check_at, b.last_ok_at, b.next_check_at, b.failures
FROM board b;
CREATE VIEW checks AS 
SELECT c.id AS check_id, b.board, b.company, c.started_at, c.finished_at, c.result, c.status, c.seen, c.opened, c.revised, c.closed,
    c.reopened, c.unreadable, c.bytes, c.seconds, c.reason
FROM board_check c JOIN board b ON b.id = c.board_id;
CREATE VIEW postings AS 
SELECT b.board || ':' || p.key AS posting, b.board, coalesce(p.company, b.company) AS company, p.key, v.title, v.location, v.department, v.employment_type, v.workplace, v.pay_min, v.pay_max, v.pay_currency, v.pay_period,
    v.pay_text, v.deadline_at, v.deadline_text, v.url, p.state, p.first_seen_at,
    coalesce(p.last_seen_at, b.last_ok_at) AS last_seen_at, p.closed_at, p.ats_first_published, p.ats_updated_at, p.requisition,
    (SELECT rb.board || ':' || r.key FROM posting r JOIN board rb ON rb.id = r.board_id WHERE r.id = p.repost_of) AS repost_of, p.version
FROM posting p JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version;
CREATE VIEW posting_versions AS 
SELECT b.board || ':' || p.key AS posting, b.board, coalesce(p.company, b.company) AS company, v.number AS version, v.valid_from, v.valid_to,
    v.valid_to IS NULL AS is_current, v.title, v.location, v.department, v.employment_type, v.workplace, v.pay_min, v.pay_max, v.pay_currency, v.pay_period,
    v.pay_text, v.deadline_at, v.deadline_text, v.url, d.text AS description
FROM posting_version v JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id
JOIN description d ON d.digest = v.description_digest;
CREATE VIEW posting_changes AS 
SELECT c.id AS change_id, c.check_id, c.at, c.not_before, b.board || ':' || p.key AS posting, b.board, coalesce(p.company, b.company) AS company, v.title, v.url,
    c.kind, c.field, c.old, c.new, c.version
FROM posting_change c JOIN posting p ON p.id = c.posting_id JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = c.posting_id AND v.number = c.version;
CREATE VIEW alerts AS 
SELECT a.id AS alert_id, a.delivery_id, a.check_id, a.rule, a.why, a.channel, d.message_url,
    CASE WHEN p.id IS NULL THEN NULL ELSE b.board || ':' || p.key END AS posting, coalesce(b.board, cb.board) AS board,
    coalesce(p.company, b.company, cb.company) AS company, v.title, v.url, a.kind, coalesce(d.state, 'pending') AS state,
    a.created_at, d.sent_at, coalesce(d.attempts, 0) AS attempts, d.reason
FROM alert a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
LEFT JOIN posting p ON p.id = a.posting_id LEFT JOIN board b ON b.id = p.board_id
LEFT JOIN board_check c ON c.id = a.check_id LEFT JOIN board cb ON cb.id = c.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version;
COMMIT;
