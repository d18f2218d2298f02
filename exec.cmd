@rem Scripts in package.json begin with exec, which cmd.exe lacks: npm finds this file in its place on Windows.
@%*
