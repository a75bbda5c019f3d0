<?php
// What most applications do: a session, an uploaded or temporary file, and a file of their own beside the code.
session_start();
$_SESSION['seen'] = true;
$temporary = tempnam(sys_get_temp_dir(), 'up');
file_put_contents($temporary, str_repeat('x', 100000)) === 100000 || http_response_code(500);
parse_str($_SERVER['QUERY_STRING'] ?? '', $query);
if (isset($query['write'])) file_put_contents('/var/www/html/files/kept', $query['write']) || http_response_code(500);
session_write_close();
echo trim((string) @file_get_contents('/var/www/html/files/kept')), "\n";
