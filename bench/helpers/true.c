/* The command that is launched: it does nothing. */
int main(void)
{
	return 0;
}
