-- Accounts for MariaDB 10.6 to 12.x. Run on EVERY master, with your names, hosts and passwords.
-- sql_log_bin = 0 keeps them out of replication: each master gets its own, and no stranded
-- transaction arises. Every privilege is explained in docs/accounts.md.
SET SESSION sql_log_bin = 0;

-- The application: its own schema and nothing global. It must never get READ_ONLY ADMIN, CONNECTION
-- ADMIN or SUPER, by itself or by a role, because with one of them it could write on a server that
-- is fenced. GRANT ALL ON *.* holds them all.
CREATE USER 'shop_app'@'%' IDENTIFIED BY 'change-me';
GRANT ALL PRIVILEGES ON `shop`.* TO 'shop_app'@'%';

-- The director. It sees no table of the application, but for the last grant.
CREATE USER 'ha_manager'@'%' IDENTIFIED BY 'change-me-too';
GRANT READ_ONLY ADMIN, CONNECTION ADMIN, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN ON *.* TO 'ha_manager'@'%';
GRANT SLAVE MONITOR, PROCESS ON *.* TO 'ha_manager'@'%';

-- Only for guardWrites(): the table that names the generation that may write. The director creates
-- it. Without CREATE, create it yourself, as docs/accounts.md says.
GRANT CREATE, SELECT, INSERT, UPDATE ON `shop`.`ha_epoch` TO 'ha_manager'@'%';

SET SESSION sql_log_bin = 1;
