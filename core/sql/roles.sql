-- The roles of the installation and the rights that later migrations give by default.
-- Run once per cluster and database by a superuser, BEFORE the first migration: a grant inside a migration misses every
-- table that a later one makes. :"…_password" come from the caller; run it again any time, it changes nothing then.
do $$ begin
  if not exists (select from pg_roles where rolname = 'app_owner') then create role app_owner login nosuperuser nobypassrls; end if;
  if not exists (select from pg_roles where rolname = 'app_web') then create role app_web login nosuperuser nobypassrls; end if;
  if not exists (select from pg_roles where rolname = 'app_operator') then create role app_operator login nosuperuser nobypassrls; end if;
  if not exists (select from pg_roles where rolname = 'app_resolver') then create role app_resolver nologin nosuperuser bypassrls; end if;
  if not exists (select from pg_roles where rolname = 'app_backup') then create role app_backup nologin nosuperuser bypassrls; end if;
end $$;
grant app_resolver to app_owner with inherit false, set true;
revoke all on schema public from public;
grant usage, create on schema public to app_owner;
grant usage, create on schema public to app_resolver;
grant usage on schema public to app_web, app_operator, app_backup;
alter default privileges for role app_owner in schema public grant select, insert, update, delete on tables to app_web;
alter default privileges for role app_owner in schema public grant usage, select on sequences to app_web, app_operator;
alter default privileges for role app_owner in schema public grant select on tables to app_backup;
