-- The open transactions: one of them has used the table.
SELECT NULL AS table_schema, CONCAT('connection ', CAST(processes.id AS CHAR), ' of ', processes.user,
    ', in a transaction since ', CAST(transactions.trx_started AS CHAR)) AS column_name, NULL AS data_type, NULL AS base_type
FROM information_schema.innodb_trx AS transactions
JOIN information_schema.processlist AS processes ON processes.id = transactions.trx_mysql_thread_id
WHERE processes.id <> CONNECTION_ID()
ORDER BY transactions.trx_started
LIMIT 5
