<?php
// A session, as everybody who logs in has.
session_save_path('/tmp');
session_id(preg_replace('/\W/', '', $_SERVER['QUERY_STRING'] ?? '') ?: 'none');
session_start();
$_SESSION['seen'] = ($_SESSION['seen'] ?? 0) + 1;
echo $_SESSION['seen'], "\n";
